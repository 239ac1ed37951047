/**
 * iptables' own syntax tests: a line that iptables takes must print as it says; one that it refuses by its syntax must
 * be an error. Read in place from ../shared/data.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDump } from '../../../src/netfilter/parse/dump.ts';

const folder = fileURLToPath(new URL('../../../../shared/data/rules/extension-syntax/', import.meta.url));
const missing = existsSync(folder) ? null : 'needs ../shared/data/rules/extension-syntax';

/** Lines that are refused for what this kernel or machine lacks, not for their syntax; and why. */
const otherwise: Readonly<Record<string, string>> = {
  '-j SET --add-set foo src,dst': 'the set does not exist: no matter of syntax',
  '-m set --match-set foo src,dst': 'the set does not exist: no matter of syntax',
  '-m nfacct --nfacct-name wrong': 'the object does not exist: no matter of syntax',
  '-m connlabel --label "foobar_not_there"': 'the name is not in connlabel.conf: no matter of syntax',
};

interface Line {
  readonly family: 'ip' | 'ip6';
  readonly table: string;
  readonly chain: string;
  readonly rule: string;
  readonly expected: string;
  readonly takes: boolean;
}

function linesOf(file: string, family: 'ip' | 'ip6'): readonly Line[] {
  const lines: Line[] = [];
  let chains: readonly string[] = [];
  let table = 'filter';
  for (const text of readFileSync(folder + file, 'utf8').split('\n')) {
    if (text.startsWith(':')) chains = text.slice(1).split(',');
    else if (text.startsWith('*')) table = text.slice(1);
    if (text === '' || /^[:*#@%]/.test(text)) continue;
    const [rule = '', expected = '', verdict, variant] = text.split(';');
    // What holds for the legacy tool alone.
    if (variant === 'LEGACY') continue;
    for (const chain of chains) {
      const saved = expected === '=' || expected === '' ? rule : expected;
      lines.push({
        family,
        table,
        chain,
        rule: rule.trim(),
        expected: saved.trim(),
        takes: verdict === 'OK',
      });
    }
  }
  return lines;
}

/** What the line prints as; null when it is refused. */
function printed(line: Line): string | null {
  const text = `*${line.table}\n:${line.chain} ACCEPT [0:0]\n-A ${line.chain} ${line.rule}\nCOMMIT\n`;
  const dump = parseDump(text, { backend: 'iptables-nft', family: line.family });
  if (dump.errors.length > 0) return null;
  return dump.tables[0]?.chains[0]?.rules.map((rule) => rule.text).join('\n') ?? null;
}

describe.skipIf(missing !== null)(`the extensions' own syntax tests (${missing ?? 'read in place'})`, () => {
  it('takes what iptables takes, prints it as iptables does, and refuses what it refuses', () => {
    const differences: string[] = [];
    const known = new Set<string>();
    let score = 0;
    let total = 0;
    for (const file of readdirSync(folder)) {
      const kind = /^(libxt|libipt|libip6t|iptables)/.exec(file)?.[1];
      if (kind === undefined) continue;
      const families =
        kind === 'libip6t'
          ? (['ip6'] as const)
          : kind === 'libipt'
            ? (['ip'] as const)
            : (['ip', 'ip6'] as const);
      for (const family of families) {
        for (const line of linesOf(file, family)) {
          total++;
          const own = printed(line);
          const wanted = line.takes ? `-A ${line.chain} ${line.expected}` : null;
          if (own === wanted) score++;
          else if (otherwise[line.rule] !== undefined)
            known.add(`${file}: ${line.rule}: ${otherwise[line.rule]}`);
          else
            differences.push(
              `${file} (${family} ${line.chain}): ${line.rule}\n  wanted ${wanted}\n  got    ${own}`,
            );
        }
      }
    }
    console.log(`${score} of ${total} lines; known differences:\n${[...known].join('\n')}`);
    expect(differences).toEqual([]);
  });
});
