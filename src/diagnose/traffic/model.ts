/** What packets alone prove of a conversation, before anything of the host is known. */
import type { Connection, Flow, FlowEnd } from '../../flow/model.ts';
import type { EvidenceItem, Finding } from '../model.ts';

/** A connection with its flows in the order in which its first packet passed. */
export interface Conversation {
  readonly connection: Connection;
  readonly first: Flow;
  readonly last: Flow;
  readonly flows: readonly Flow[];
}

/** Which of a flow's packets show what is wrong: its first ones, its last ones, or those that were sent again. */
export type Proof = 'first' | 'last' | 'again' | 'none';

export interface Judgement extends Finding {
  /** Tells it from other problems of the same cause between the same ends: a code, a name that was asked for. */
  readonly what: string;
  /** The flow whose packets show it. */
  readonly flow: Flow;
  readonly proof: Proof;
  /** Packets that are known to say it, by their numbers in the capture. */
  readonly packets: readonly number[];
  /** Whether the state of the host can say why. */
  readonly asksHost: boolean;
}

export type Judge = (conversation: Conversation) => readonly Judgement[];

interface Given {
  readonly cause: string;
  readonly severity: Finding['severity'];
  readonly confidence?: Finding['confidence'];
  readonly summary: string;
  readonly flow: Flow;
  readonly what?: string;
  readonly proof?: Proof;
  readonly packets?: readonly number[];
  readonly evidence?: readonly EvidenceItem[];
  readonly asksHost?: boolean;
}

export function judgement(given: Given): Judgement {
  return {
    confidence: 'certain',
    what: '',
    proof: 'none',
    packets: [],
    evidence: [],
    asksHost: false,
    fix: [],
    ...given,
  };
}

/** `db (172.28.0.2) port 3306`, `10.0.0.2 port 3306`, `web (172.28.0.3)`. */
export function serverName({ address, port, container }: FlowEnd): string {
  const name = clientName({ address, container });
  return port === null ? name : `${name} port ${port}`;
}

/** Without the port, which is another for each connection. */
export function clientName({ address, container }: Pick<FlowEnd, 'address' | 'container'>): string {
  return container === null ? address : `${container} (${address})`;
}

/** The interface of a flow as people write it; `capture` where the file does not say. */
export function placeOf({ interface: where }: Flow): string {
  if (where === null) return 'capture';
  return where.namespace === '' ? where.name : `${where.namespace}:${where.name}`;
}

/** Seconds as people say them: `11 µs`, `0.4 ms`, `3.1 s`. */
export function lasting(seconds: number): string {
  if (seconds < 1e-4) return `${Math.round(seconds * 1e6)} µs`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(1)} s`;
}
