/**
 * Rules that iptables-nft keeps in nft tables.
 *
 * A table of one of its names that nft itself made is not for it: it leaves out what it does not know, and prints
 * `ip saddr { ... } drop` as `-j DROP`. Such a table is known by its sets, or by what the program says of it.
 */
import type { RulesetDump } from '../../snapshot/schema.ts';
import type { NftTable } from './nft-tables.ts';
import type { Output, RunInside } from './run.ts';

const families = [
  { family: 'ip', number: 2, program: 'iptables' },
  { family: 'ip6', number: 10, program: 'ip6tables' },
] as const;
const tableNames = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

/** "# Table `filter' is incompatible, use 'nft' tool." and "... contains incompatible base-chains, use ...". */
const foreignTable = /Table `([^']+)' [^\n]*use 'nft' tool/g;

export function isIptablesTable({ family, name, hasSets }: NftTable): boolean {
  return !hasSets && tableNames.has(name) && families.some(({ number }) => number === family);
}

export interface IptablesNftDumps {
  readonly dumps: RulesetDump[];
  /** Some of these tables turned out to be nft's own. */
  readonly foreign: boolean;
}

export async function dumpIptablesNft(
  tables: readonly NftTable[],
  run: RunInside,
): Promise<IptablesNftDumps> {
  const dumps: RulesetDump[] = [];
  let foreign = false;
  for (const { family, number, program } of families) {
    const ofFamily = tables.filter((table) => table.family === number);
    let own = ofFamily.filter(isIptablesTable).map(({ name }) => name);
    if (own.length === 0) continue;
    let output = await (own.length === ofFamily.length
      ? save(program, [], run)
      : saveTables(program, own, run));
    const others = foreignNames(output);
    if (others.length > 0) {
      foreign = true;
      own = own.filter((name) => !others.includes(name));
      if (own.length === 0) continue;
      output = await saveTables(program, own, run);
    }
    dumps.push({ backend: 'iptables-nft', family, ...dumpOf(output, program, own) });
  }
  return { dumps, foreign };
}

function foreignNames(output: Output): string[] {
  const words =
    output.status === 'done' ? output.stdout + output.stderr : output.status === 'failed' ? output.why : '';
  return [...words.matchAll(foreignTable)].map(([, name]) => name ?? '');
}

function dumpOf(
  output: Output,
  program: string,
  own: readonly string[],
): { readonly text: string } | { readonly error: string } {
  switch (output.status) {
    case 'done':
      return { text: output.stdout };
    case 'failed':
      return { error: output.why };
    case 'missing':
      return {
        error: `${program}-nft-save is not installed, and the kernel has the tables ${own.join(', ')}: install iptables`,
      };
  }
}

type Program = (typeof families)[number]['program'];

/** These tables and no others, in one dump. */
async function saveTables(program: Program, names: readonly string[], run: RunInside): Promise<Output> {
  let stdout = '';
  let stderr = '';
  for (const name of names) {
    const output = await save(program, ['-t', name], run);
    if (output.status !== 'done') return output;
    stdout += output.stdout;
    stderr += output.stderr;
  }
  return { status: 'done', stdout, stderr };
}

/** Distributions differ in what they call the program; plain `iptables-save` may be either backend and says which. */
async function save(program: Program, table: readonly string[], run: RunInside): Promise<Output> {
  const direct = await run(`${program}-nft-save`, ['-c', ...table]);
  if (direct.status !== 'missing') return direct;
  const multi = await run('xtables-nft-multi', [`${program}-save`, '-c', ...table]);
  if (multi.status !== 'missing') return multi;
  const version = await run(`${program}-save`, ['-V']);
  if (version.status === 'done' && version.stdout.includes('nf_tables')) {
    return run(`${program}-save`, ['-c', ...table]);
  }
  return { status: 'missing' };
}
