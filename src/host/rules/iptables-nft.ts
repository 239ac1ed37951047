/** Rules that iptables-nft keeps in nft tables. */
import type { RulesetDump } from '../../snapshot/schema.ts';
import type { NftTable } from './nft-tables.ts';
import type { RunInside } from './run.ts';

const NFPROTO_IPV4 = 2;
const NFPROTO_IPV6 = 10;
const tableNames = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

export function isIptablesTable({ family, name }: NftTable): boolean {
  return (family === NFPROTO_IPV4 || family === NFPROTO_IPV6) && tableNames.has(name);
}

export interface IptablesNftDumps {
  readonly dumps: RulesetDump[];
  /** A table of one of these names was made by nft itself: iptables-nft cannot print it. */
  readonly foreign: boolean;
}

export async function dumpIptablesNft(
  tables: readonly NftTable[],
  run: RunInside,
): Promise<IptablesNftDumps> {
  const own = tables.filter(isIptablesTable);
  const dumps: RulesetDump[] = [];
  let foreign = false;
  for (const [family, number] of [
    ['ip', NFPROTO_IPV4],
    ['ip6', NFPROTO_IPV6],
  ] as const) {
    if (!own.some((table) => table.family === number)) continue;
    const output = await save(family === 'ip' ? 'iptables' : 'ip6tables', run);
    switch (output.status) {
      case 'done':
        if (/incompatible, use 'nft' tool/.test(output.stdout + output.stderr)) foreign = true;
        dumps.push({ backend: 'iptables-nft', family, text: output.stdout });
        break;
      case 'failed':
        if (/incompatible, use 'nft' tool/.test(output.why)) foreign = true;
        dumps.push({ backend: 'iptables-nft', family, error: output.why });
        break;
      case 'missing':
        dumps.push({
          backend: 'iptables-nft',
          family,
          error: `${family === 'ip' ? 'iptables' : 'ip6tables'}-nft-save is not installed, and the kernel has the tables ${own
            .filter((table) => table.family === number)
            .map(({ name }) => name)
            .join(', ')}: install iptables`,
        });
        break;
    }
  }
  return { dumps, foreign };
}

/** Distributions differ in what they call the program; plain `iptables-save` may be either backend and says which. */
async function save(program: 'iptables' | 'ip6tables', run: RunInside): ReturnType<RunInside> {
  const direct = await run(`${program}-nft-save`, ['-c']);
  if (direct.status !== 'missing') return direct;
  const multi = await run('xtables-nft-multi', [`${program}-save`, '-c']);
  if (multi.status !== 'missing') return multi;
  const version = await run(`${program}-save`, ['-V']);
  if (version.status === 'done' && version.stdout.includes('nf_tables'))
    return run(`${program}-save`, ['-c']);
  return { status: 'missing' };
}
