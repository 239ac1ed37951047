/** Expressions of a rule made ready to be read from packets. */
import type { Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { conntrackExpression } from './conntrack.ts';
import { type DataType, literal, type Value } from './datatypes.ts';
import { fibExpression } from './fib.ts';
import { field, listOf, numberOf, tagged, textOf } from './json.ts';
import { type Elements, Lookup } from './lookup.ts';
import { metaExpression } from './meta.ts';
import { payloadExpression } from './payload.ts';
import { printExpression } from './print-expression.ts';
import { type Expression, is, type Reading, unknown } from './reading.ts';

/** What expressions may refer to in their table. */
export interface Scope {
  /** The table's: ip, ip6, inet. */
  readonly family: string;
  /** A named set or map; null for one that the dump does not have. */
  elements(name: string): Elements | null;
}

/** The elements that JSON names or holds: `@name`, `{ "set": [...] }`. Null when they are not known. */
export function elementsOf(json: unknown, scope: Scope, isMap: boolean): Elements | null {
  if (typeof json === 'string' && json.startsWith('@')) return scope.elements(json.slice(1));
  const elements = field(json, 'set');
  if (elements === undefined) return null;
  // nft 1.0.6 may write a set of one element as that element.
  return { name: 'these', elements: Array.isArray(elements) ? elements : [elements], isMap, volatile: false };
}

/** The parts of a key. */
export function keyExpressions(json: unknown, scope: Scope): readonly Expression[] {
  const parts = field(json, 'concat');
  return (Array.isArray(parts) ? parts : [json]).map((part) => expressionOf(part, scope));
}

/** The lookup of a `map` or `vmap`; null where its elements are not known. */
export function mapLookup(body: unknown, scope: Scope): Lookup | null {
  const elements = elementsOf(field(body, 'data'), scope, true);
  return elements === null ? null : new Lookup(elements, keyExpressions(field(body, 'key'), scope));
}

function drawn(name: string, body: unknown, text: string): Expression {
  const count = numberOf(field(body, 'mod')) ?? 0;
  const from = numberOf(field(body, 'offset')) ?? 0;
  const mode = textOf(field(body, 'mode'));
  const why = name === 'numgen' ? `${mode ?? 'a'} number, one of ${count}` : `hash, one of ${count}`;
  const reading: Reading = count > 0 ? { kind: 'drawn', why, from, count } : unknown(text);
  return { type: 'integer', text, read: () => reading };
}

/** Bits of the widest type, an IPv6 address. */
const widest = 128n;

function computed(operator: string, left: bigint, right: bigint): bigint | null {
  switch (operator) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return right < widest ? left << right : 0n;
    case '>>':
      return left >> right;
    default:
      return null;
  }
}

function compute(operator: string, a: Value, b: Value): Value | null {
  if (typeof a === 'string' || typeof b === 'string') return null;
  const wide = typeof a === 'bigint' || typeof b === 'bigint';
  const result = computed(operator, BigInt(a), BigInt(b));
  if (result === null) return null;
  return wide ? BigInt.asUintN(Number(widest), result) : Number(BigInt.asUintN(32, result));
}

function binary(
  operator: string,
  body: unknown,
  type: DataType | null,
  text: string,
  scope: Scope,
): Expression {
  const [leftJson, rightJson] = listOf(body);
  const left = operandOf(leftJson, type, scope);
  const own = left.type;
  const right = operandOf(rightJson, operator === '<<' || operator === '>>' ? 'integer' : own, scope);
  return {
    type: own,
    text,
    read(packet, environment) {
      const a = left.read(packet, environment);
      const b = right.read(packet, environment);
      if (a.kind !== 'value') return a.kind === 'drawn' ? unknown(a.why) : a;
      if (b.kind !== 'value') return b.kind === 'drawn' ? unknown(b.why) : b;
      const value = compute(operator, a.value, b.value);
      return value === null ? unknown(text) : is(value);
    },
  };
}

/** An operand: an expression, or a literal of the other side's type. */
export function operandOf(json: unknown, type: DataType | null, scope: Scope): Expression {
  const value = type === null ? null : literal(json, type);
  if (type !== null && value !== null) {
    const reading = is(value);
    return { type, text: printExpression(json), read: () => reading };
  }
  return expressionOf(json, scope, type);
}

function mapped(body: unknown, type: DataType | null, text: string, scope: Scope): Expression {
  const lookup = mapLookup(body, scope);
  return {
    type: type ?? 'integer',
    text,
    read(packet: Packet, environment: Environment) {
      if (lookup === null) return unknown(`the elements of ${text} are not known`);
      const found = lookup.find(packet, environment);
      if (found.absent !== null) return { kind: 'absent', why: found.absent };
      const [data, ...more] = found.data;
      if (data === undefined && found.why === null)
        return { kind: 'absent', why: `${lookup.name} has nothing for it` };
      if (data === undefined || more.length > 0 || found.miss) return unknown(found.why ?? text);
      const value = literal(data, type ?? 'integer');
      return value === null ? unknown(text) : is(value);
    },
  };
}

/** @param type of the value that is wanted, where the expression itself does not tell (`map`). */
export function expressionOf(json: unknown, scope: Scope, type: DataType | null = null): Expression {
  const text = printExpression(json);
  const tag = tagged(json);
  const body = tag?.body;
  switch (tag?.tag) {
    case 'payload':
      return payloadExpression(body, text);
    case 'meta':
      return metaExpression(textOf(field(body, 'key')) ?? '', text);
    case 'ct':
      return conntrackExpression(
        textOf(field(body, 'key')) ?? '',
        textOf(field(body, 'dir')),
        scope.family === 'ip6',
        text,
      );
    case 'fib':
      return fibExpression(body, text);
    case 'numgen':
    case 'jhash':
    case 'symhash':
      return drawn(tag.tag, body, text);
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return binary(tag.tag, body, type, text, scope);
    case 'map':
      return mapped(body, type, text, scope);
    default:
      return { type: type ?? 'text', text, read: () => unknown(`${text} is not known`) };
  }
}
