/** The built-in chains of the iptables tables, in the kernel's order over hooks. */
import type { RulesBackend } from '../snapshot/schema.ts';
import type { Hook } from './model.ts';

const tablePriorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  filter: 0,
  security: 50,
};

/**
 * Priority of a table's chains on their hooks (uapi linux/netfilter_ipv4.h); nat: see {@link natPriority}.
 * iptables-nft gives its security table 150, so that nat INPUT comes before it (iptables/nft.c).
 */
export function tablePriority(table: string, backend: RulesBackend): number {
  if (table === 'security' && backend === 'iptables-nft') return 150;
  return tablePriorities[table] ?? 0;
}

export const conntrackPriority = -200;

/** Destination translation comes before filter, source translation after. */
export function natPriority(hook: Hook): number {
  return hook === 'prerouting' || hook === 'output' ? -100 : 100;
}

const hookOfChain: Readonly<Record<string, Hook>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
};

const chainsOfTable: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Whether iptables has a table of this name. */
export function isTable(name: string): boolean {
  return Object.hasOwn(chainsOfTable, name);
}

/** The hook of a built-in chain of this table; null for a user chain. */
export function hookOf(table: string, chain: string): Hook | null {
  return chainsOfTable[table]?.includes(chain) === true ? (hookOfChain[chain] ?? null) : null;
}

/** The table whose built-in chains are exactly these; null when none or (filter, security) the first that fits. */
export function tableOfChains(chains: ReadonlySet<string>): string | null {
  for (const name of ['filter', 'nat', 'mangle', 'raw']) {
    const own = chainsOfTable[name] ?? [];
    if (own.length === chains.size && own.every((chain) => chains.has(chain))) return name;
  }
  return null;
}
