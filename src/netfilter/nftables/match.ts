/** `match`: a comparison of an expression with values, a set or flags (nft_cmp.c, nft_bitwise.c, nft_lookup.c, nft_range.c). */
import type { Answer, Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { inSpan, isFlags, literal, type Span, showValue, spanOf, type Value } from './datatypes.ts';
import { elementsOf, expressionOf, keyExpressions, type Scope } from './expression.ts';
import { field, tagged, textOf } from './json.ts';
import { Lookup } from './lookup.ts';
import { printMatch } from './print-expression.ts';
import type { Expression } from './reading.ts';

export interface Condition {
  test(packet: Packet, environment: Environment): Answer;
  /** Why it said no. */
  explain(packet: Packet, environment: Environment): string;
  /** The one destination port, or the last word of the one destination address, that it lets pass. */
  readonly port: number | null;
  readonly address: number | null;
}

type Compare = (value: Value) => boolean;

function ordered(operator: string, value: Value): Compare | null {
  switch (operator) {
    case '<':
      return (own) => own < value;
    case '>':
      return (own) => own > value;
    case '<=':
      return (own) => own <= value;
    case '>=':
      return (own) => own >= value;
    default:
      return null;
  }
}

/** Null for what is not understood. */
function compareOf(operator: string, right: unknown, expression: Expression): Compare | null {
  if (operator === 'in' || operator === '!') {
    const bits = literal(right, expression.type);
    if (typeof bits !== 'number') return null;
    return (own) => ((Number(own) & bits) !== 0) === (operator === 'in');
  }
  if (operator === '==' || operator === '!=') {
    const span: Span | null = isFlags(expression.type)
      ? flagsSpan(right, expression)
      : spanOf(right, expression.type);
    if (span === null) return null;
    // nft 1.0.6 prints `< 8080` and `> 80` of the same field, in this order, as `!= 8080-80`.
    if (span.kind === 'range' && operator === '!=' && span.from >= span.to) {
      return (own) => own < span.from && own > span.to;
    }
    return (own) => inSpan(own, span) === (operator === '==');
  }
  const value = literal(right, expression.type);
  return value === null ? null : ordered(operator, value);
}

function flagsSpan(right: unknown, expression: Expression): Span | null {
  const value = literal(right, expression.type);
  return value === null ? null : { kind: 'value', value };
}

function unknownCondition(text: string, negated: boolean): Condition {
  const answer = { unknown: `${text}: not understood`, key: text, inverted: negated };
  return { test: () => answer, explain: () => text, port: null, address: null };
}

function compared(body: unknown, operator: string, expression: Expression, compare: Compare): Condition {
  const text = () => printMatch(body);
  const right = field(body, 'right');
  const exact = operator === '==' ? literal(right, expression.type) : null;
  return {
    test(packet, environment) {
      const reading = expression.read(packet, environment);
      switch (reading.kind) {
        case 'value':
          return compare(reading.value);
        case 'absent':
          return false;
        case 'unknown':
          return { unknown: `${text()}: ${reading.why}`, key: text() };
        case 'drawn': {
          let yes = 0;
          for (let at = 0; at < Math.min(reading.count, 65_536); at++) if (compare(reading.from + at)) yes++;
          if (yes === 0 || yes === reading.count) return yes > 0;
          // Drawn anew for every rule: no key.
          return { unknown: `${text()}: ${reading.why}` };
        }
      }
    },
    explain(packet, environment) {
      const reading = expression.read(packet, environment);
      if (reading.kind === 'absent') return `${text()}: ${reading.why}`;
      if (reading.kind !== 'value') return text();
      return `${text()}, packet has ${showValue(reading.value, expression.type)}`;
    },
    port:
      expression.type === 'inet_service' &&
      /^(tcp|udp|th|sctp|dccp|udplite) dport$/.test(expression.text) &&
      typeof exact === 'number'
        ? exact
        : null,
    address:
      exact !== null && /^ip6? daddr$/.test(expression.text) ? Number(BigInt(exact) & 0xffffffffn) : null,
  };
}

function inSet(body: unknown, operator: string, lookup: Lookup, keys: readonly Expression[]): Condition {
  const text = printMatch(body);
  const invert = operator === '!=';
  return {
    test(packet, environment) {
      const found = lookup.find(packet, environment);
      // A field that the packet lacks ends the rule, also where the set is negated.
      if (found.absent !== null) return false;
      if (found.why === null) return found.miss === invert;
      if (found.data.length > 0 && !found.miss) return !invert;
      return { unknown: `${text}: ${found.why}`, key: `in ${text.replace(' != ', ' ')}`, inverted: invert };
    },
    explain(packet, environment) {
      const shown = keys.map((key) => {
        const reading = key.read(packet, environment);
        return reading.kind === 'value' ? showValue(reading.value, key.type) : reading.why;
      });
      return `${text}, packet has ${shown.join(' . ')}`;
    },
    port: null,
    address: null,
  };
}

/** The parts of a concatenation against one value each. */
function concatenated(body: unknown, keys: readonly Expression[]): Lookup {
  const right = field(body, 'right');
  return new Lookup({ name: 'this', elements: [right], isMap: false, volatile: false }, keys);
}

export function conditionOf(body: unknown, scope: Scope): Condition {
  const operator = textOf(field(body, 'op')) ?? '==';
  const left = field(body, 'left');
  const right = field(body, 'right');
  const negated = operator === '!=';
  const named = typeof right === 'string' && right.startsWith('@');
  const keys = keyExpressions(left, scope);
  if (named || tagged(right)?.tag === 'set') {
    const elements = elementsOf(right, scope, false);
    if (elements === null) return unknownCondition(printMatch(body), negated);
    return inSet(body, operator, new Lookup(elements, keys), keys);
  }
  if (keys.length > 1) return inSet(body, operator, concatenated(body, keys), keys);
  const expression = expressionOf(left, scope);
  const compare = compareOf(operator, right, expression);
  return compare === null
    ? unknownCondition(printMatch(body), negated)
    : compared(body, operator, expression, compare);
}
