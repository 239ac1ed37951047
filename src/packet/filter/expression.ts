/** A display filter after parsing. */

import type { KnownField } from './known-fields.ts';
import type { Literal } from './literals.ts';

export type Relation =
  | 'any-equal'
  | 'all-equal'
  | 'any-unequal'
  | 'all-unequal'
  | 'greater'
  | 'less'
  | 'at-least'
  | 'at-most';

/** Octets `from .. from + length` of a field; a negative `from` counts from its end; null length: to the end. */
export interface Slice {
  readonly from: number;
  readonly length: number | null;
}

export type Transformation = 'len' | 'lower' | 'upper' | 'count';

export interface Operand {
  readonly field: KnownField;
  readonly slices: readonly Slice[];
  readonly transformation: Transformation | null;
  /** `tcp.flags & 2`; null without. */
  readonly mask: number | null;
  readonly position: number;
  readonly length: number;
}

/** One value, or the ends of a range of `in {1..5}`. */
export interface Choice {
  readonly low: Literal;
  readonly high: Literal | null;
}

export type Expression =
  | { readonly kind: 'and' | 'or' | 'xor'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly inner: Expression }
  | { readonly kind: 'present'; readonly operand: Operand }
  | {
      readonly kind: 'compare';
      readonly operand: Operand;
      readonly relation: Relation;
      readonly literal: Literal;
    }
  | {
      readonly kind: 'fields';
      readonly operand: Operand;
      readonly relation: Relation;
      readonly other: Operand;
    }
  | { readonly kind: 'contains'; readonly operand: Operand; readonly literal: Literal }
  | { readonly kind: 'matches'; readonly operand: Operand; readonly pattern: RegExp }
  | { readonly kind: 'in'; readonly operand: Operand; readonly choices: readonly Choice[] };

/** Operands of an expression, from left to right. */
export function operandsOf(expression: Expression): Operand[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
    case 'xor':
      return [...operandsOf(expression.left), ...operandsOf(expression.right)];
    case 'not':
      return operandsOf(expression.inner);
    case 'fields':
      return [expression.operand, expression.other];
    case 'present':
    case 'compare':
    case 'contains':
    case 'matches':
    case 'in':
      return [expression.operand];
  }
}
