/** Whether the values of a packet or a flow satisfy an expression. */
import type { Expression, Operand, Relation, Slice } from './expression.ts';
import { hexText, type Literal, parseIpv4, parseIpv6 } from './literals.ts';

/** A value of a field, and its octets where there are any. */
export interface FieldValue {
  readonly value: string | number | bigint | boolean | null;
  readonly bytes: Uint8Array | null;
}

/** Values of a field of the tree; empty when it is not there. */
export type Values = (field: string) => readonly FieldValue[];

/** Regular expressions see no more than this of a value. */
const maxMatched = 4096;
const noValues: readonly FieldValue[] = [];

export function evaluate(expression: Expression, values: Values): boolean {
  switch (expression.kind) {
    case 'and':
      return evaluate(expression.left, values) && evaluate(expression.right, values);
    case 'or':
      return evaluate(expression.left, values) || evaluate(expression.right, values);
    case 'xor':
      return evaluate(expression.left, values) !== evaluate(expression.right, values);
    case 'not':
      return !evaluate(expression.inner, values);
    case 'present': {
      const found = valuesOf(expression.operand, values);
      // A masked number asks whether a bit is set.
      return expression.operand.mask === null
        ? found.length > 0
        : found.some(({ value }) => numberOf(value) !== 0);
    }
    case 'compare': {
      const { literal } = expression;
      return related(expression.relation, valuesOf(expression.operand, values), (value) =>
        compare(value, literal),
      );
    }
    case 'fields': {
      const others = valuesOf(expression.other, values);
      const found = valuesOf(expression.operand, values);
      if (others.length === 0) return false;
      return others.some((other) =>
        related(expression.relation, found, (value) => compareValues(value, other)),
      );
    }
    case 'contains':
      return valuesOf(expression.operand, values).some((value) => containsLiteral(value, expression.literal));
    case 'matches':
      return valuesOf(expression.operand, values).some((value) =>
        expression.pattern.test(textOf(value).slice(0, maxMatched)),
      );
    case 'in':
      return valuesOf(expression.operand, values).some((value) =>
        expression.choices.some(({ low, high }) => {
          if (high === null) return compare(value, low) === 0;
          const above = compare(value, low);
          const below = compare(value, high);
          return above !== null && below !== null && above >= 0 && below <= 0;
        }),
      );
  }
}

function valuesOf(operand: Operand, values: Values): readonly FieldValue[] {
  let found = noValues;
  for (const source of operand.field.sources) {
    const some = values(source);
    found = found.length === 0 ? some : [...found, ...some];
  }
  if (operand.mask !== null) {
    const mask = operand.mask;
    found = found.map(({ value }) => ({
      value: Number(BigInt(numberOf(value)) & BigInt(mask)),
      bytes: null,
    }));
  }
  if (operand.slices.length > 0) found = found.flatMap((value) => sliced(value, operand.slices));
  switch (operand.transformation) {
    case null:
      return found;
    case 'count':
      return [{ value: found.length, bytes: null }];
    case 'len':
      return found.map((value) => ({ value: value.bytes?.length ?? textOf(value).length, bytes: null }));
    case 'lower':
      return found.map((value) => ({ value: textOf(value).toLowerCase(), bytes: null }));
    case 'upper':
      return found.map((value) => ({ value: textOf(value).toUpperCase(), bytes: null }));
  }
}

/** Octets of a slice; nothing when it is not wholly inside the value. */
function sliced({ bytes, value }: FieldValue, slices: readonly Slice[]): FieldValue[] {
  const whole = bytes ?? (typeof value === 'string' ? new TextEncoder().encode(value) : null);
  if (whole === null) return [];
  const parts: number[] = [];
  for (const slice of slices) {
    const from = slice.from < 0 ? whole.length + slice.from : slice.from;
    const to = slice.length === null ? whole.length : from + slice.length;
    if (from < 0 || from >= whole.length || to > whole.length) return [];
    parts.push(...whole.subarray(from, to));
  }
  const octets = Uint8Array.from(parts);
  return [{ value: hexText(octets), bytes: octets }];
}

/** `order` gives less than 0, 0 or more as the value is below, equal to or above; null when they cannot be compared. */
function related(
  relation: Relation,
  found: readonly FieldValue[],
  order: (value: FieldValue) => number | null,
): boolean {
  switch (relation) {
    case 'any-equal':
      return found.some((value) => order(value) === 0);
    case 'all-equal':
      return found.length > 0 && found.every((value) => order(value) === 0);
    case 'any-unequal':
      return found.some((value) => order(value) !== 0);
    case 'all-unequal':
      return found.length > 0 && found.every((value) => order(value) !== 0);
    case 'greater':
      return found.some((value) => (order(value) ?? 0) > 0);
    case 'less':
      return found.some((value) => (order(value) ?? 0) < 0);
    case 'at-least':
      return found.some((value) => (order(value) ?? -1) >= 0);
    case 'at-most':
      return found.some((value) => (order(value) ?? 1) <= 0);
  }
}

function numberOf(value: FieldValue['value']): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' ? value : Number(value ?? 0);
}

function textOf({ value, bytes }: FieldValue): string {
  if (value === null) return bytes === null ? '' : new TextDecoder('latin1').decode(bytes);
  return String(value);
}

function compare(value: FieldValue, literal: Literal): number | null {
  switch (literal.kind) {
    case 'number':
      return numberOf(value.value) - literal.value;
    case 'text': {
      const text = textOf(value);
      return text < literal.value ? -1 : Number(text > literal.value);
    }
    case 'address':
      return compareAddress(textOf(value), literal.pattern.words, literal.pattern.prefix);
    case 'bytes':
      return value.bytes === null
        ? compareText(textOf(value), hexText(literal.value))
        : compareBytes(value.bytes, literal.value);
  }
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function compareValues(one: FieldValue, other: FieldValue): number | null {
  if (typeof one.value === 'string' || typeof other.value === 'string')
    return compareText(textOf(one), textOf(other));
  return numberOf(one.value) - numberOf(other.value);
}

/** Compares under the prefix's mask. */
function compareAddress(text: string, words: readonly number[], prefix: number): number | null {
  const own = words.length === 1 ? parseIpv4(text) : parseIpv6(text);
  if (own === null) return null;
  for (let index = 0; index < words.length; index++) {
    const bits = Math.min(32, Math.max(0, prefix - index * 32));
    const size = 2 ** (32 - bits);
    const difference = Math.floor((own[index] ?? 0) / size) - Math.floor((words[index] ?? 0) / size);
    if (difference !== 0) return difference;
  }
  return 0;
}

function containsLiteral(value: FieldValue, literal: Literal): boolean {
  if (literal.kind === 'text') return textOf(value).includes(literal.value);
  if (literal.kind !== 'bytes') return false;
  if (value.bytes === null) return textOf(value).includes(hexText(literal.value));
  return indexOfBytes(value.bytes, literal.value) >= 0;
}

function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(wanted);
}
