/**
 * Two comparisons side by side that nft 1.0.6 loads as one: of `tcp sport != 53 tcp dport != 53` it makes one comparison
 * of both ports, which is true as soon as one of them differs (`nft --debug=netlink` shows it). A listing does not tell
 * how a rule was loaded.
 */
import { field, textOf } from './json.ts';
import type { Statement } from './statement.ts';

/** Fields that lie side by side in a header, the second right after the first. */
const neighbours: Readonly<Record<string, string>> = {
  sport: 'dport',
  type: 'code',
  ttl: 'protocol',
  nexthdr: 'hoplimit',
};

/** The header and field of `HEADER FIELD != VALUE`; null for any other statement. */
function unequal(json: unknown): { readonly header: string; readonly name: string } | null {
  const match = field(json, 'match');
  const payload = field(field(match, 'left'), 'payload');
  const header = textOf(field(payload, 'protocol'));
  const name = textOf(field(payload, 'field'));
  const right = field(match, 'right');
  const scalar = typeof right === 'number' || (typeof right === 'string' && !right.startsWith('@'));
  if (field(match, 'op') !== '!=' || !scalar || header === null || name === null) return null;
  return { header, name };
}

function areMerged(first: unknown, second: unknown): boolean {
  const a = unequal(first);
  const b = unequal(second);
  if (a === null || b === null || a.header !== b.header || !Object.hasOwn(neighbours, a.name)) return false;
  return neighbours[a.name] === b.name;
}

function both(first: Statement, second: Statement): Statement {
  const a = first.condition;
  const b = second.condition;
  if (a === null || b === null) return first;
  return {
    ...first,
    condition: {
      test(packet, environment) {
        const one = a.test(packet, environment);
        const other = b.test(packet, environment);
        if (one === other || typeof one !== 'boolean' || typeof other !== 'boolean') return one;
        return { unknown: 'whether nft 1.0.6 loaded the rule: it makes one comparison of two side by side' };
      },
      explain: (packet, environment) => a.explain(packet, environment),
      port: null,
      address: null,
    },
  };
}

/** The statements of a rule with such pairs made one. */
export function withMerged(body: readonly unknown[], statements: readonly Statement[]): readonly Statement[] {
  const result: Statement[] = [];
  for (let at = 0; at < statements.length; at++) {
    const statement = statements[at];
    const next = statements[at + 1];
    if (statement === undefined) continue;
    if (next !== undefined && areMerged(body[at], body[at + 1])) {
      result.push(both(statement, next));
      at++;
    } else {
      result.push(statement);
    }
  }
  return result;
}
