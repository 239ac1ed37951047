/**
 * Rules that no packet reaches: an earlier rule of the same chain takes every packet that they could match and ends
 * the chain for it. Only what is certain is reported: each condition of the earlier rule must be one of the later's,
 * or be wider than it.
 */
import { inPrefix, lengthOf, type Prefix } from './address.ts';
import type { ParsedRule, ParsedTable, Selector } from './rule.ts';
import type { Negatable } from './values.ts';

export interface ShadowedRule {
  readonly chain: string;
  readonly position: number;
  /** The earlier rule that takes its packets. */
  readonly by: number;
}

/** Targets after which a packet does not go on in the chain. */
const ending: ReadonlySet<string> = new Set([
  'ACCEPT',
  'DROP',
  'REJECT',
  'RETURN',
  'QUEUE',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'REDIRECT',
  'NETMAP',
]);

/** Matches whose answer is more than a question of the packet: the same words may say no, then yes. */
const changing: ReadonlySet<string> = new Set([
  'statistic',
  'limit',
  'hashlimit',
  'recent',
  'quota',
  'connlimit',
  'connbytes',
  'time',
  'cpu',
  'rateest',
  'nfacct',
]);

function ends(rule: ParsedRule): boolean {
  if (rule.jump === null) return false;
  return rule.jump.kind === 'chain' ? rule.jump.goto : ending.has(rule.jump.target.name);
}

/** Whether every address of the narrow test passes the wide one. */
function widerAddress(wide: Negatable<Prefix> | null, narrow: Negatable<Prefix> | null): boolean {
  if (wide === null) return true;
  if (narrow === null || wide.invert !== narrow.invert) return false;
  const [outer, inner] = wide.invert ? [narrow.value, wide.value] : [wide.value, narrow.value];
  const [outerLength, innerLength] = [lengthOf(outer.mask), lengthOf(inner.mask)];
  return (
    outerLength !== null && innerLength !== null && outerLength <= innerLength && inPrefix(inner.words, outer)
  );
}

function widerDevice(wide: Negatable<string> | null, narrow: Negatable<string> | null): boolean {
  if (wide === null) return true;
  if (narrow === null || wide.invert !== narrow.invert) return false;
  if (wide.value === narrow.value) return true;
  return !wide.invert && wide.value.endsWith('+') && narrow.value.startsWith(wide.value.slice(0, -1));
}

function widerSelector(wide: Selector, narrow: Selector): boolean {
  const protocol =
    wide.protocol === null ||
    (narrow.protocol !== null &&
      wide.protocol.value === narrow.protocol.value &&
      wide.protocol.invert === narrow.protocol.invert);
  const fragment = wide.fragment === null || wide.fragment.invert === narrow.fragment?.invert;
  return (
    protocol &&
    fragment &&
    widerAddress(wide.source, narrow.source) &&
    widerAddress(wide.destination, narrow.destination) &&
    widerDevice(wide.in, narrow.in) &&
    widerDevice(wide.out, narrow.out)
  );
}

/** Whether the wide rule matches every packet that the narrow one does. */
function covers(wide: ParsedRule, narrow: ParsedRule): boolean {
  if (!widerSelector(wide.selector, narrow.selector)) return false;
  return wide.matches.every((match) => {
    if (match.name === 'comment') return true;
    if (changing.has(match.name)) return false;
    // A match without options asks for no more than its protocol, which `-p` of both says.
    if (match.text === '' && (match.name === 'tcp' || match.name === 'udp')) return true;
    return narrow.matches.some((other) => other.name === match.name && other.text === match.text);
  });
}

/** Rules without a match of their own that a rule is compared with: the work grows with the square. */
const compared = 2000;

/** The text of a match that every rule below the one that has it must have too. */
function demandOf(rule: ParsedRule): string | null {
  const match = rule.matches.find(({ name, text }) => name !== 'comment' && text !== '');
  return match === undefined ? null : `${match.name} ${match.text}`;
}

/** Rules that end the chain, by what they demand, so that a long chain is not compared with all of itself. */
class Enders {
  private readonly plain: ParsedRule[] = [];
  private readonly demanding = new Map<string, ParsedRule[]>();

  add(rule: ParsedRule): void {
    const demand = demandOf(rule);
    if (demand === null) {
      if (this.plain.length < compared) this.plain.push(rule);
      return;
    }
    const list = this.demanding.get(demand);
    if (list === undefined) this.demanding.set(demand, [rule]);
    else if (list.length < compared) list.push(rule);
  }

  /** The first rule that takes everything that this one could match. */
  covering(rule: ParsedRule): ParsedRule | undefined {
    const lists = [
      this.plain,
      ...rule.matches.map(({ name, text }) => this.demanding.get(`${name} ${text}`) ?? []),
    ];
    let first: ParsedRule | undefined;
    for (const list of lists) {
      const found = list.find((earlier) => covers(earlier, rule));
      if (found !== undefined && (first === undefined || found.position < first.position)) first = found;
    }
    return first;
  }
}

/** The rules of a table that an earlier one of their chain leaves nothing for. */
export function shadowedRules(table: ParsedTable): readonly ShadowedRule[] {
  const shadowed: ShadowedRule[] = [];
  for (const chain of table.chains) {
    const enders = new Enders();
    for (const rule of chain.rules) {
      const by = enders.covering(rule);
      if (by !== undefined) shadowed.push({ chain: chain.name, position: rule.position, by: by.position });
      else if (ends(rule)) enders.add(rule);
    }
  }
  return shadowed;
}

/** By chain, the shadowed rules' positions and those of the rules above them. */
export type Shadows = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Shadowed rules of tables, worked out again only when rules changed, not when they counted. */
export class ShadowCache {
  private readonly known = new Map<string, { readonly rules: string; readonly shadows: Shadows }>();

  /** @param key of the table, the same each time that it is read. */
  of(key: string, table: ParsedTable): Shadows {
    const rules = table.chains.map((chain) => chain.rules.map(({ text }) => text).join('\n')).join('\n\n');
    const before = this.known.get(key);
    if (before?.rules === rules) return before.shadows;
    const shadows = new Map<string, Map<number, number>>();
    for (const { chain, position, by } of shadowedRules(table)) {
      const own = shadows.get(chain) ?? new Map<number, number>();
      shadows.set(chain, own.set(position, by));
    }
    this.known.set(key, { rules, shadows });
    return shadows;
  }
}
