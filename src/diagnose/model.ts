/** The answer of `netscope diagnose`: the contract of docs/contract.md. */

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

export interface DiagnosisHop {
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

export interface Diagnosis {
  readonly schema: typeof diagnosisSchemaName;
  readonly from: DiagnosisEnd;
  readonly to: DiagnosisEnd;
  readonly reachable: boolean | null;
  readonly methods: readonly ('state' | 'probe' | 'capture')[];
  readonly path: readonly DiagnosisHop[];
  readonly findings: readonly Finding[];
  /** What the answer does not cover: hosts beyond this one, rules that depend on chance. */
  readonly beyond: readonly string[];
}
