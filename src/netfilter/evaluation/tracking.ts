/** Whether connections are tracked at all: only where some rule of the family needs it (nf_ct_netns_get). */
import type { BaseChain } from './program.ts';

/** Matches and targets of iptables that switch tracking on. A nat table without a translation does not. */
const iptables =
  / -m (?:conntrack|state|connmark|connbytes|connlabel|connlimit|helper|cluster)(?= |$)| -j (?:CONNMARK|CONNSECMARK|CT|NOTRACK|DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|SYNPROXY)(?= |$)/;

/** Statements and expressions of nftables that do. */
const nftables = /(?:^|\s)(?:ct|dnat|snat|masquerade|redirect|synproxy)(?=\s|$)/;

export function needsTracking(bases: readonly BaseChain[]): boolean {
  const seen = new Set<unknown>();
  for (const { chain } of bases) {
    const { table } = chain;
    if (seen.has(table)) continue;
    seen.add(table);
    const pattern = table.backend === 'nftables' ? nftables : iptables;
    for (const { rules } of table.chains.values()) {
      if (rules.some(({ rule }) => pattern.test(rule.text))) return true;
    }
  }
  return false;
}
