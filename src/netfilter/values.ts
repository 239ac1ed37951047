/** Reading and printing of option values, as iptables' own parser takes and `iptables-save` prints them. */
import { type Family, formatAddress, parseAddressOf, type Words } from './address.ts';
import { type Answer, type OptionUse, type ParseContext, refuse, type Unknown } from './extension.ts';
import { servicePort } from './protocols.ts';

/** A value, and whether `!` stood before its option. */
export interface Negatable<Value> {
  readonly value: Value;
  readonly invert: boolean;
}

/** Inclusive. */
export type Range = readonly [number, number];

/**
 * An unsigned number as strtoul with base 0 reads it: decimal, 0x hexadecimal, 0 octal.
 * @throws SyntaxFault when it is none or out of bounds.
 */
export function integer(text: string, maximum: number, what: string, minimum = 0): number {
  const known = /^(0x[0-9a-f]+|\d+)$/i.test(text);
  const octal = /^0[0-7]+$/.test(text);
  if (!known || (/^0\d+$/.test(text) && !octal)) refuse(`${what} "${text}" is no number`);
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  if (value > maximum || value < minimum) {
    refuse(`${what} ${text} is not between ${minimum} and ${maximum}`);
  }
  return value;
}

/** As `integer`, for 64-bit values. */
export function integer64(text: string, what: string): bigint {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) refuse(`${what} "${text}" is no number`);
  const value = BigInt(text);
  if (value > 0xffffffffffffffffn) refuse(`${what} ${text} is over 64 bits`);
  return value;
}

export const max32 = 0xffffffff;

/** A port's number or a service's name. */
export function port(text: string): number {
  if (/^\d/.test(text) || text.startsWith('-')) return integer(text, 65535, 'port');
  return servicePort(text) ?? refuse(`port or service "${text}" is not known`);
}

/** `A`, `A:B`, `:B`, `A:`; the open ends are 0 and `maximum`. */
export function range(
  text: string,
  maximum: number,
  what: string,
  one: (part: string) => number = (part) => integer(part, maximum, what),
): Range {
  const parts = text.split(':');
  if (parts.length > 2) refuse(`${what} "${text}" is no range`);
  const [low, high] = parts;
  if (high === undefined) {
    const value = one(low ?? '');
    return [value, value];
  }
  const from = low === '' || low === undefined ? 0 : one(low);
  const to = high === '' ? maximum : one(high);
  if (from > to) refuse(`${what} range ${text} ends before it starts`);
  return [from, to];
}

export function portRange(text: string): Range {
  return range(text, 65535, 'port', port);
}

/** `A` or `A:B`. */
export function printRange([from, to]: Range): string {
  return from === to ? String(from) : `${from}:${to}`;
}

export function isFull([from, to]: Range, maximum: number): boolean {
  return from === 0 && to === maximum;
}

export interface MarkValue {
  readonly value: number;
  readonly mask: number;
}

/** `VALUE` or `VALUE/MASK`, 32 bits each. */
export function markValue(text: string, what: string): MarkValue {
  const slash = text.indexOf('/');
  const value = integer(slash === -1 ? text : text.slice(0, slash), max32, what);
  const mask = slash === -1 ? max32 : integer(text.slice(slash + 1), max32, `${what} mask`);
  return { value, mask };
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `0x1/0xff`; the mask is left out when all of its bits are set. */
export function printMark({ value, mask }: MarkValue): string {
  return mask === max32 ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

/** xtables_save_string: quoted unless it is made of letters, digits, `_` and `-` only. */
export function quote(text: string): string {
  if (/^[-_0-9a-zA-Z]+$/.test(text)) return text;
  return `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/** The use of an option, if it was used. */
export function find(options: readonly OptionUse[], name: string): OptionUse | undefined {
  return options.find((use) => use.name === name);
}

export function has(options: readonly OptionUse[], name: string): boolean {
  return options.some((use) => use.name === name);
}

/** The first value of a use; empty when it takes none. */
export function argument(use: OptionUse): string {
  return use.values[0] ?? '';
}

/** Reads a negatable option; null when it was not used. */
export function negatable<Value>(
  options: readonly OptionUse[],
  name: string,
  read: (text: string) => Value,
): Negatable<Value> | null {
  const use = find(options, name);
  return use === undefined ? null : { value: read(argument(use)), invert: use.invert };
}

/** `--name VALUE` or `! --name VALUE`. */
export function printOption(name: string, invert: boolean, value: string | null): string {
  const option = value === null ? `--${name}` : `--${name} ${value}`;
  return invert ? `! ${option}` : option;
}

export function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' ');
}

/** An address of the rule's family. */
export function addressValue(text: string, family: Family): Words {
  return (
    parseAddressOf(text, family) ?? refuse(`"${text}" is no ${family === 'ip' ? 'IPv4' : 'IPv6'} address`)
  );
}

/** `A-B` or `A`, A not above B. */
export function addressRange(text: string, family: Family): readonly [Words, Words] {
  const dash = text.indexOf('-');
  const from = addressValue(dash === -1 ? text : text.slice(0, dash), family);
  const to = dash === -1 ? from : addressValue(text.slice(dash + 1), family);
  return [from, to];
}

export function printAddressRange([from, to]: readonly [Words, Words]): string {
  const first = formatAddress(from);
  const last = formatAddress(to);
  return first === last ? first : `${first}-${last}`;
}

/** Demands `-p` of one of these protocols, not negated. */
export function demandProtocol(context: ParseContext, protocols: readonly number[], what: string): void {
  if (context.protocolInverted || !protocols.includes(context.protocol)) {
    refuse(`${what} needs -p of its protocol`);
  }
}

/** Refuses two of a group of options that exclude each other. */
export function exclusive(options: readonly OptionUse[], names: readonly string[]): void {
  const used = names.filter((name) => has(options, name));
  if (used.length > 1) refuse(`--${used[0]} and --${used[1]} exclude each other`);
}

export function invertAnswer(answer: Answer, invert: boolean): Answer {
  if (typeof answer === 'boolean') return answer !== invert;
  return invert ? { ...answer, inverted: answer.inverted !== true } : answer;
}

export function isUnknown(answer: Answer): answer is Unknown {
  return typeof answer !== 'boolean';
}

/** Three-valued "and": no beats unknown, unknown beats yes. */
export function every(answers: readonly Answer[]): Answer {
  let unknown: Unknown | null = null;
  for (const answer of answers) {
    if (answer === false) return false;
    // Two unknowns together are a question of their own: no longer that of either key.
    if (answer !== true)
      unknown = unknown === null ? answer : { unknown: `${unknown.unknown}, ${answer.unknown}` };
  }
  return unknown ?? true;
}
