/** What a rule is for, in a word: its verdict or translation, else the last thing that it writes. */
import { field, tagged, textOf } from './json.ts';

/** Statements that are called by their own name. */
const named: ReadonlySet<string> = new Set([
  'accept',
  'drop',
  'return',
  'continue',
  'vmap',
  'dnat',
  'snat',
  'masquerade',
  'redirect',
  'reject',
  'queue',
  'notrack',
  'tproxy',
  'synproxy',
  'fwd',
]);

function targetOfStatement(json: unknown): string | null {
  const tag = tagged(json);
  if (tag === null) return null;
  if (named.has(tag.tag)) return tag.tag;
  if (tag.tag === 'jump' || tag.tag === 'goto') return textOf(field(tag.body, 'target'));
  if (tag.tag !== 'mangle') return null;
  const key = tagged(field(tag.body, 'key'));
  if (key?.tag === 'payload') return 'payload';
  if (textOf(field(key?.body, 'key')) !== 'mark') return null;
  return key?.tag === 'ct' ? 'ct mark' : 'mark';
}

/** Null for a rule that only looks or counts. */
export function targetOf(statements: readonly unknown[]): string | null {
  let target: string | null = null;
  for (const statement of statements) target = targetOfStatement(statement) ?? target;
  return target;
}
