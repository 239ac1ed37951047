/** Loads nft rule sets into the router of kernel/lab.py and reads them back as nft prints them. */
import type { Lab } from '../kernel/lab.ts';

const traceTable = 'inet netscope_test_trace';

/** Replaces what is loaded besides the table that traces; nft's complaint when it does not take the rules. */
export async function loadNft(lab: Lab, rules: string): Promise<string | null> {
  const tables = (await lab.run(['nft', 'list', 'tables'])).out.split('\n');
  const old = tables
    .filter((line) => line.startsWith('table ') && line !== `table ${traceTable}`)
    .map((line) => `delete ${line}\n`);
  const { status, error } = await lab.run(['nft', '-f', '-'], `${old.join('')}${rules}`);
  return status === 0 ? null : error;
}

/**
 * Loads what nft takes of random rules: lines that it refuses (two protocols in one rule) are left out.
 * @returns its complaint when nothing helps.
 */
export async function loadAccepted(
  load: (rules: string) => Promise<string | null>,
  rules: string,
): Promise<string | null> {
  let lines = rules.split('\n');
  for (let attempt = 0; attempt < 40; attempt++) {
    const error = await load(lines.join('\n'));
    if (error === null) return null;
    const refused = new Set([...error.matchAll(/stdin:(\d+):/g)].map((match) => Number(match[1]) - 1));
    const kept = lines.map((line, at) =>
      refused.has(at) && !/^(table|chain|type|set|map|\})/.test(line) ? '' : line,
    );
    if (kept.join('\n') === lines.join('\n')) return error;
    lines = kept;
  }
  return 'too many refused lines';
}

/** `nft -j list ruleset` without the table that traces. */
export async function dumpNft(lab: Lab): Promise<string> {
  const { out } = await lab.run(['nft', '-j', 'list', 'ruleset']);
  const dump: { nftables: Readonly<Record<string, { table?: string; name?: string }>>[] } = JSON.parse(out);
  const own = 'netscope_test_trace';
  return JSON.stringify({
    nftables: dump.nftables.filter((object) =>
      Object.values(object).every((body) => body.table !== own && body.name !== own),
    ),
  });
}

/** Rules by `family table chain`, as `nft -s list ruleset` prints them. */
export async function listRules(lab: Lab): Promise<ReadonlyMap<string, readonly string[]>> {
  // With handles, rules are told from the lines of sets around them.
  const { out } = await lab.run(['nft', '-s', '-a', 'list', 'ruleset']);
  const rules = new Map<string, string[]>();
  let table = '';
  let current: string[] | null = null;
  for (const line of out.split('\n')) {
    const tableLine = /^table (\S+ \S+) \{/.exec(line);
    const objectLine = /^\t(\S+) (\S+) \{/.exec(line);
    const rule = /^\t\t(.*) # handle \d+$/.exec(line);
    if (tableLine !== null) table = tableLine[1] ?? '';
    else if (objectLine !== null) {
      current = objectLine[1] === 'chain' ? [] : null;
      if (current !== null) rules.set(`${table} ${objectLine[2]}`, current);
    } else if (rule !== null) current?.push(rule[1] ?? '');
  }
  return rules;
}

/** Positions of rules by table, chain and handle; the names of the tables differ between families. */
export function positionsOf(dump: string): ReadonlyMap<string, number> {
  const { nftables }: { nftables: { rule?: { table: string; chain: string; handle: number } }[] } =
    JSON.parse(dump);
  const counts = new Map<string, number>();
  const positions = new Map<string, number>();
  for (const { rule } of nftables) {
    if (rule === undefined) continue;
    const chain = `${rule.table} ${rule.chain}`;
    const position = (counts.get(chain) ?? 0) + 1;
    counts.set(chain, position);
    positions.set(`${chain} ${rule.handle}`, position);
  }
  return positions;
}
