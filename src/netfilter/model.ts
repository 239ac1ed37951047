/** Rules as netscope keeps them, and what an evaluation says. Kernel facts: docs/netfilter.md. */

import type { Translation } from '../flow/model.ts';
import type { RulesBackend } from '../snapshot/schema.ts';

export interface Counter {
  readonly packets: number;
  readonly bytes: number;
}

/** One rule of a table. */
export interface Rule {
  /** From 1 in its chain. */
  readonly position: number;
  /**
   * As `iptables-save` prints it, without counters: `-A DOCKER ! -i docker0 ...`. Of nftables as `nft -s list ruleset`
   * does: `tcp dport 8080 counter dnat to 172.17.0.2:80 comment "DNAT"`.
   */
  readonly text: string;
  readonly counter: Counter | null;
  /**
   * The target's name (`DNAT`, `ACCEPT`, a user chain's name), or null for a rule that only counts. Of nftables the
   * verdict or translation as nft writes it (`accept`, `dnat`, `vmap`).
   */
  readonly target: string | null;
  /** Chains that it may call besides its target: those of a verdict map. */
  readonly calls?: readonly string[];
}

export interface Chain {
  readonly name: string;
  /** ACCEPT or DROP for a built-in (nftables: base) chain; null for a user chain. */
  readonly policy: 'ACCEPT' | 'DROP' | null;
  readonly counter: Counter | null;
  readonly rules: readonly Rule[];
  /** Where a base chain of nftables hangs. */
  readonly base?: { readonly type: string; readonly hook: string; readonly priority: number };
}

export interface Table {
  readonly backend: RulesBackend;
  /** `inet` tables see both IPv4 and IPv6; those of netdev what a device receives; of bridge and arp they are shown, not evaluated. */
  readonly family: 'ip' | 'ip6' | 'inet' | 'bridge' | 'netdev' | 'arp';
  readonly name: string;
  readonly chains: readonly Chain[];
}

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export interface EvaluationStep {
  readonly hook: Hook;
  readonly table: string;
  readonly chain: string;
  readonly position: number;
  readonly text: string;
  readonly target: string;
  readonly result: 'match' | 'no-match' | 'unknown';
  /** Which match said no, and why: `dpt 3307, packet has 3306`. Empty for a match. */
  readonly why: string;
}

export type EvaluationVerdict = 'accept' | 'drop' | 'reject' | 'discarded' | 'unknown';

export interface PacketEnds {
  readonly source: string;
  readonly destination: string;
}

export interface Outcome {
  readonly verdict: EvaluationVerdict;
  readonly packet: PacketEnds;
  readonly out: string | null;
  readonly translations: readonly Translation[];
  readonly when: string;
}

export const evaluationSchemaName = 'netscope.evaluation/1';

export interface Evaluation {
  readonly schema: typeof evaluationSchemaName;
  readonly verdict: EvaluationVerdict;
  readonly why: string;
  readonly packet: PacketEnds;
  readonly out: string | null;
  readonly steps: readonly EvaluationStep[];
  readonly translations: readonly Translation[];
  readonly outcomes: readonly Outcome[];
  readonly unknown: readonly string[];
}
