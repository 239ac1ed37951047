/** All that the causes judge by. */
import type { Listener, NamespaceState } from '../snapshot/schema.ts';
import type { Aftermath } from './aftermath.ts';
import type { From, Target } from './ends.ts';
import type { DiagnosisEnd } from './model.ts';
import type { Resolution } from './resolve.ts';
import type { Scene } from './scene.ts';
import type { Trouble } from './trouble.ts';
import type { Way } from './way.ts';

/** The socket that the packet would reach, or why there is none. */
export interface Service {
  readonly namespace: NamespaceState;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly state: 'listening' | 'loopback-only' | 'nothing';
  readonly listener: Listener | null;
  /** What else listens there for others, the engine's resolver aside. */
  readonly others: readonly Listener[];
}

/** What one real attempt brought. */
export interface ProbeResult {
  readonly outcome: 'connected' | 'answered' | 'refused' | 'unreachable' | 'no-answer' | 'failed';
  /** errno's name, where the attempt failed with one. */
  readonly error: string | null;
  readonly milliseconds: number;
  /** The first octets that the service sent by itself. */
  readonly greeting: Uint8Array;
  /** It said so only after the probe had spoken to it. */
  readonly spoke: boolean;
  /** The peer closed the connection at once. */
  readonly closed: boolean;
  /** The port that it was made from; null where it is not known, or the attempt was not netscope's. */
  readonly localPort: number | null;
}

/** A packet of the probe as it passed an interface. */
export interface SeenPacket {
  /** `NS:IFACE` */
  readonly interface: string;
  /** Seconds since 1970, and the nanoseconds after them. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly text: string;
  /** The line that a list of packets shows of it. */
  readonly summary: string;
  /** The first octets of TCP's payload, where there is one. */
  readonly payload?: Uint8Array;
  readonly kind:
    | 'syn'
    | 'syn-ack'
    | 'rst'
    | 'icmp-error'
    | 'arp-request'
    | 'arp-reply'
    | 'neighbour-solicitation'
    | 'neighbour-advertisement'
    | 'data'
    | 'other';
  readonly source: string;
  readonly destination: string;
}

export interface Evidence {
  readonly scene: Scene;
  readonly from: From;
  readonly fromEnd: DiagnosisEnd;
  readonly target: Target;
  readonly toEnd: DiagnosisEnd;
  readonly resolution: Resolution;
  /** Forward ways, one after another (a proxy begins a new one); empty where there is no address. */
  readonly forward: readonly Way[];
  readonly reply: Way | null;
  /** Of all ways, in their order. */
  readonly troubles: readonly Trouble[];
  readonly service: Service | null;
  readonly probe: ProbeResult | null;
  readonly seen: readonly SeenPacket[];
  /** Null where no attempt was made, or nobody looked again. */
  readonly aftermath: Aftermath | null;
  /** Asking the nameservers, each judged as a way of its own, where they did not answer. */
  readonly asking: readonly Evidence[];
  /** Processes of the service that do not run: stopped by a signal, or held by a debugger. */
  readonly stopped: readonly StoppedProcess[];
}

export interface StoppedProcess {
  readonly pid: number;
  readonly command: string;
}

export function lastWay({ forward }: Evidence): Way | null {
  return forward.at(-1) ?? null;
}
