/** Flows and connections: the contract of `netscope flows --json` (docs/contract.md). */
import type { RulesBackend } from '../snapshot/schema.ts';
import type { TcpAnalysisCounts } from './tcp/counts.ts';

export const flowsSchemaName = 'netscope.flows/1';

export type FlowState =
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'closing'
  | 'closed'
  | 'refused'
  | 'reset'
  | 'unanswered'
  | 'active'
  | 'rejected';

export interface FlowEnd {
  readonly address: string;
  readonly port: number | null;
  readonly container: string | null;
}

/** `namespace` is the name that topology gives it (`host`, a container's name). */
export interface FlowInterface {
  readonly namespace: string;
  readonly name: string;
  readonly index: number;
}

export interface FlowTunnel {
  readonly kind: string;
  readonly id: number | null;
  readonly source: string | null;
  readonly destination: string | null;
}

export interface TcpSummary {
  readonly handshakeRttMs: number | null;
  /** Mean time from a segment to the ACK that ends with it, in both directions. */
  readonly ackRttMs?: number | null;
  readonly retransmissions: number;
  readonly outOfOrder: number;
  readonly duplicateAcks: number;
  readonly zeroWindows: number;
  readonly resets: number;
  /** SYNs without ACK. */
  readonly syns?: number;
  /** The handshake was seen, and the destination sent nothing but that. */
  readonly isMute?: boolean;
  /** Who sent the newest RST. */
  readonly resetBy?: 'source' | 'destination' | null;
  /** How often each mark of the TCP analysis was given. */
  readonly analysis?: TcpAnalysisCounts;
}

/** What an application said that failed. */
export interface FlowFailure {
  readonly application: string;
  /** What it is called where it is looked up: a SQLSTATE, an error number, `NXDOMAIN`, an HTTP status, `alert 40`. */
  readonly code: string;
  /** What the server said; of DNS, the name that was asked for. */
  readonly text: string;
  /** Whether it says why the connection does not do what it is for. */
  readonly isProblem: boolean;
  /** Number of the packet that said so in the capture; 0 where it was a silence. */
  readonly packet: number;
}

/** The newest ICMP error about a flow. */
export interface FlowError {
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** In words: `host unreachable`. */
  readonly name: string;
  readonly sender: string;
  /** Of the next hop, where the error says it. */
  readonly mtu: number | null;
  readonly count: number;
  /** Number of the packet that brought the first one. */
  readonly packet: number;
}

export interface Flow {
  /** From 1, in the order of the first packet. */
  readonly id: number;
  /** Connection.id; 0 until connections were joined. */
  readonly connection: number;
  readonly interface: FlowInterface | null;
  /** CaptureInterface.id: not part of the JSON contract. */
  readonly interfaceId: number;
  readonly protocol: string;
  readonly source: FlowEnd;
  readonly destination: FlowEnd;
  readonly vlans: readonly number[];
  readonly tunnels: readonly FlowTunnel[];
  readonly packets: { readonly forward: number; readonly reverse: number };
  readonly bytes: { readonly forward: number; readonly reverse: number };
  /** ISO 8601 UTC with nine decimals. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Seconds. */
  readonly duration: number;
  readonly state: FlowState;
  readonly application: string | null;
  readonly tcp: TcpSummary | null;
  readonly notes: readonly string[];
  /** Absent where nothing failed. */
  readonly failures?: readonly FlowFailure[];
  readonly error?: FlowError;
}

/** What a line about a flow says. */
export type FlowBrief = Pick<
  Flow,
  | 'id'
  | 'interface'
  | 'protocol'
  | 'source'
  | 'destination'
  | 'packets'
  | 'bytes'
  | 'state'
  | 'application'
  | 'notes'
>;

/** How netscope knows, weakest first. */
export const evidenceOrder = ['evaluated', 'counter', 'conntrack', 'traced'] as const;
export type Evidence = (typeof evidenceOrder)[number];

/** A rule that a flow met: RULE of the contract. */
export interface RuleReference {
  /** Namespace name as topology gives it. */
  readonly namespace: string;
  readonly backend: RulesBackend;
  readonly family: 'ip' | 'ip6';
  readonly table: string;
  readonly chain: string;
  /** From 1, as `iptables -L --line-numbers` counts. */
  readonly position: number;
  /** As `iptables-save` prints it, without counters: `-A DOCKER ! -i docker0 ...`. */
  readonly text: string;
  readonly target: string;
  readonly evidence: Evidence;
  readonly counter: { readonly packets: number; readonly bytes: number } | null;
}

export interface Translation {
  readonly kind: 'dnat' | 'snat' | 'masquerade' | 'redirect';
  /** `address:port`, IPv6 as `[address]:port`. */
  readonly from: string;
  readonly to: string;
  readonly rule: RuleReference | null;
}

export type Verdict = 'accept' | 'drop' | 'reject' | 'unknown';

export interface PathStep {
  /** `NS:IFACE`: `web:eth0`, `host:docker0`. */
  readonly interface: string;
  /** Flow.id */
  readonly flow: number;
  readonly firstSeen: string;
  /** Microseconds since the first step saw the connection's first packet. */
  readonly deltaUs: number;
}

/** The flows that are the same packets on several interfaces, before and after translation. */
export interface Connection {
  readonly id: number;
  readonly flows: readonly number[];
  /** In the order in which the first packet passed. */
  readonly path: readonly PathStep[];
  readonly lastSeenAt: string | null;
  readonly translations: readonly Translation[];
  readonly rules: readonly RuleReference[];
  readonly verdict: Verdict;
  /** A plain sentence; empty when nothing is wrong. */
  readonly problem: string;
}
