/** The answer of `netscope diagnose`: the contract of docs/contract.md. */
import type { Hook } from '../netfilter/model.ts';
import type { RulesBackend } from '../snapshot/schema.ts';
import type { ProbeResult, SeenPacket } from './evidence.ts';
import type { Direction } from './trouble.ts';

export const diagnosisSchemaName = 'netscope.diagnosis/1';

export interface DiagnosisEnd {
  /** As the user gave it. */
  readonly given: string;
  readonly kind: 'host' | 'container' | 'namespace' | 'external' | 'name' | 'address';
  /** Name of the namespace; null for what is not on this host. */
  readonly namespace: string | null;
  readonly container: string | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly protocol: 'tcp' | 'udp';
}

export type HopStatus = 'ok' | 'blocked' | 'unknown' | 'not-reached';

/** `rules`: a namespace with its routes and rules; `end`: the destination, or what lies beyond this host. */
export type HopKind = 'name' | 'rules' | 'link' | 'listener' | 'end';

export interface DiagnosisHop {
  readonly kind: HopKind;
  readonly direction: Direction;
  /** Name of the namespace that it is in; null for names and ends. */
  readonly namespace: string | null;
  /** The interface that it is; of a namespace, the one that the packet comes in by. */
  readonly interface: string | null;
  /** `NS:IFACE`, or what stands there instead: `name db`, `listener 3306`. */
  readonly hop: string;
  readonly what: string;
  readonly status: HopStatus;
  readonly evidence: string;
}

export type EvidenceKind =
  | 'rule'
  | 'sysctl'
  | 'packet'
  | 'socket'
  | 'route'
  | 'neighbour'
  | 'conntrack'
  | 'link'
  | 'engine'
  | 'dns';

export interface EvidenceItem {
  readonly kind: EvidenceKind;
  /** Name of the namespace that it is from. */
  readonly where: string;
  readonly text: string;
}

export interface Finding {
  readonly cause: string;
  readonly severity: 'blocker' | 'warning' | 'info';
  readonly confidence: 'certain' | 'possible';
  readonly summary: string;
  readonly evidence: readonly EvidenceItem[];
  /** Commands to copy, for a shell on the host. */
  readonly fix: readonly string[];
  /** A page of Docker's documentation. */
  readonly link?: string;
}

/** A packet of the attempt, or of the last conversation of the two, as it passed an interface. */
export interface DiagnosisPacket {
  /** ISO 8601 UTC. */
  readonly time: string;
  /** Since the first one. */
  readonly deltaUs: number;
  /** `NS:IFACE` */
  readonly interface: string;
  readonly kind: SeenPacket['kind'];
  readonly source: string;
  readonly destination: string;
  readonly summary: string;
}

/** A rule that the packet meets, in the order in which it does. */
export interface DiagnosisRule {
  readonly direction: Direction;
  readonly namespace: string;
  readonly hook: Hook;
  readonly backend: RulesBackend;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** From 1 in its chain; 0 is the chain's policy. */
  readonly position: number;
  readonly text: string;
  readonly target: string | null;
  /** What it does with the packet: `drop`, `accept`, `dnat`, `jump`; `continue` for one that only counts. */
  readonly result: string;
  readonly counter: { readonly packets: number; readonly bytes: number } | null;
  /** Packets that it counted while the attempt was made, where that is known. */
  readonly counted?: number | null;
}

export interface Diagnosis {
  readonly schema: typeof diagnosisSchemaName;
  readonly host: { readonly hostname: string; readonly kernel: string };
  /** When the state of the host was read, ISO 8601 UTC. */
  readonly time: string;
  readonly from: DiagnosisEnd;
  readonly to: DiagnosisEnd;
  readonly reachable: boolean | null;
  readonly methods: readonly ('state' | 'probe' | 'capture')[];
  readonly path: readonly DiagnosisHop[];
  /** Null where no attempt was made. */
  readonly probe: Pick<ProbeResult, 'outcome' | 'error' | 'milliseconds'> | null;
  readonly packets: readonly DiagnosisPacket[];
  /** `NS:IFACE` where the client's first packet was last seen on its way. */
  readonly lastSeenAt: string | null;
  readonly rules: readonly DiagnosisRule[];
  readonly findings: readonly Finding[];
  /** What the answer does not cover: hosts beyond this one, rules that depend on chance. */
  readonly beyond: readonly string[];
}
