/** The rules of one namespace, from every backend that holds any. A new backend: one file, and its call here. */
import type { NamespaceState, RulesetDump } from '../../snapshot/schema.ts';
import type { RuleHoldings } from './holdings.ts';
import { dumpIptablesLegacy } from './iptables-legacy.ts';
import { dumpIptablesNft, isIptablesTable } from './iptables-nft.ts';
import { dumpNftables } from './nftables.ts';
import type { RunInside } from './run.ts';

export interface RuleDumps {
  readonly rulesets: RulesetDump[];
  readonly ipsets: NamespaceState['ipsets'];
  readonly ipvs: NamespaceState['ipvs'];
  /** Tools beside the rules that failed, in their words. */
  readonly notes: readonly string[];
}

export function holdsRules(holdings: RuleHoldings): boolean {
  return holdings.nftTables.length > 0 || holdings.legacy4 || holdings.legacy6 || holdings.ipvs;
}

export async function dumpRules(holdings: RuleHoldings, run: RunInside): Promise<RuleDumps> {
  const rulesets: RulesetDump[] = [];
  const notes: string[] = [];
  const nft = await dumpIptablesNft(holdings.nftTables, run);
  rulesets.push(...nft.dumps);
  if (nft.foreign || holdings.nftTables.some((table) => !isIptablesTable(table))) {
    rulesets.push(await dumpNftables(run));
  }
  rulesets.push(...(await dumpIptablesLegacy(holdings, run)));
  const sets = rulesets.some(({ text }) => text !== undefined && /--(?:match|add|del|map)-set /.test(text))
    ? await tool('ipset', ['save'], 'rules use its sets', run, notes)
    : undefined;
  const ipvs = holdings.ipvs
    ? await tool('ipvsadm', ['-Sn'], 'the kernel has virtual services', run, notes)
    : undefined;
  return { rulesets, ipsets: sets, ipvs, notes };
}

async function tool(
  program: string,
  args: readonly string[],
  reason: string,
  run: RunInside,
  notes: string[],
): Promise<string | undefined> {
  const output = await run(program, args);
  switch (output.status) {
    case 'done':
      return output.stdout;
    case 'failed':
      notes.push(`${program}: ${output.why}`);
      return undefined;
    case 'missing':
      notes.push(`${program} is not installed, and ${reason}: install ${program}`);
      return undefined;
  }
}
