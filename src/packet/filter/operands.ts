/** What an operand of a filter is, and what it may be compared with. */
import type { Operand, Slice, Transformation } from './expression.ts';
import { type FieldKind, nearNames } from './known-fields.ts';
import { type Literal, literalFor } from './literals.ts';
import { FilterError, type Token } from './tokens.ts';

export const transformations: ReadonlyMap<string, Transformation> = new Map([
  ['len', 'len'],
  ['lower', 'lower'],
  ['upper', 'upper'],
  ['count', 'count'],
]);

/** `tcp.port == http`: a word that is a protocol too is a value where no field's name makes sense. */
export function isField(token: Token): boolean {
  return token.text.includes('.') || transformations.has(token.text);
}

/** What a comparison with this operand deals in. */
export function kindOf(operand: Operand): FieldKind {
  if (operand.transformation === 'len' || operand.transformation === 'count') return 'number';
  return operand.slices.length > 0 ? 'bytes' : operand.field.kind;
}

export function literalOf(operand: Operand, token: Token): Literal {
  return literalFor(kindOf(operand), token, operand.field.name);
}

export function unknownField(token: Token): FilterError {
  const near = nearNames(token.text);
  const hint = near.length === 0 ? '' : `; near: ${near.join(', ')}`;
  return new FilterError(`no field is called "${token.text}"${hint}`, token.position, token.length);
}

/** `[0:3]`, `[2-4]`, `[1]`, `[:4]`, `[2:]`, and several with commas (wireshark-filter(4), "The slice operator"). */
export function parseSlices(token: Token): Slice[] {
  return token.text.split(',').map((part) => {
    const match = /^\s*(-?\d+)?\s*(?:(:|-)\s*(\d+)?)?\s*$/.exec(part);
    const [, from, separator, second] = match ?? [];
    if (
      match === null ||
      (from === undefined && separator !== ':') ||
      (separator === '-' && second === undefined)
    ) {
      throw new FilterError(
        `"[${token.text}]" is no slice: [offset:length], [from-to], [offset]`,
        token.position,
        token.length,
      );
    }
    const start = from === undefined ? 0 : Number(from);
    if (separator === undefined) return { from: start, length: 1 };
    if (separator === '-') return { from: start, length: Math.max(0, Number(second) - start + 1) };
    return { from: start, length: second === undefined ? null : Number(second) };
  });
}
