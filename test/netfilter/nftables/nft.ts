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
