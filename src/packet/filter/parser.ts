/** Display filters by recursive descent, with Wireshark's grammar and precedence: or, xor, and, not, relation. */
import type { Choice, Expression, Operand, Relation, Slice, Transformation } from './expression.ts';
import { type FieldKind, knownFields } from './known-fields.ts';
import { literalFor, parseNumber } from './literals.ts';
import { isField, kindOf, literalOf, parseSlices, transformations, unknownField } from './operands.ts';
import { FilterError, type Token, tokenize } from './tokens.ts';

const relations: Readonly<Record<string, Relation>> = {
  '==': 'any-equal',
  eq: 'any-equal',
  any_eq: 'any-equal',
  '===': 'all-equal',
  all_eq: 'all-equal',
  // Since Wireshark 4.0 != means that no value is equal; !== that one is not.
  '!=': 'all-unequal',
  ne: 'all-unequal',
  all_ne: 'all-unequal',
  '!==': 'any-unequal',
  '~=': 'any-unequal',
  any_ne: 'any-unequal',
  '>': 'greater',
  gt: 'greater',
  '<': 'less',
  lt: 'less',
  '>=': 'at-least',
  ge: 'at-least',
  '<=': 'at-most',
  le: 'at-most',
};

const mirrored: Readonly<Record<Relation, Relation>> = {
  'any-equal': 'any-equal',
  'all-equal': 'all-equal',
  'any-unequal': 'any-unequal',
  'all-unequal': 'all-unequal',
  greater: 'less',
  less: 'greater',
  'at-least': 'at-most',
  'at-most': 'at-least',
};

const reserved = new Set(['and', 'or', 'xor', 'not', 'in', 'contains', 'matches', ...Object.keys(relations)]);
/** Parentheses and negations deeper than this are somebody's joke, and must not overflow the stack. */
const maxDepth = 200;

export class FilterParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** The whole text's expression; null for an empty one. @throws FilterError */
  parse(): Expression | null {
    if (this.#peek().kind === 'end') return null;
    const expression = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end') {
      throw new FilterError(
        `"${rest.text}" was not expected here: "and" or "or" is missing`,
        rest.position,
        rest.length,
      );
    }
    return expression;
  }

  #peek(ahead = 0): Token {
    return (
      this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? {
        kind: 'end',
        text: '',
        position: 0,
        length: 0,
      }
    );
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  /** Takes the next token when it is one of these operators or words. */
  #accept(...texts: string[]): boolean {
    const { kind, text } = this.#peek();
    if ((kind !== 'operator' && kind !== 'word') || !texts.includes(text)) return false;
    this.#at++;
    return true;
  }

  #or(): Expression {
    let left = this.#xor();
    while (this.#accept('||', 'or')) left = { kind: 'or', left, right: this.#xor() };
    return left;
  }

  #xor(): Expression {
    let left = this.#and();
    while (this.#accept('^^', 'xor')) left = { kind: 'xor', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#accept('&&', 'and')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    const token = this.#peek();
    if (++this.#depth > maxDepth) throw new FilterError('too deeply nested', token.position, token.length);
    try {
      if (this.#accept('!', 'not')) return { kind: 'not', inner: this.#not() };
      if (token.kind !== 'open') return this.#relation();
      this.#at++;
      const inner = this.#or();
      const close = this.#next();
      if (close.kind !== 'close')
        throw new FilterError('a ) is missing for this (', token.position, token.length);
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #relation(): Expression {
    const first = this.#peek();
    // A value may stand on the left: `80 == tcp.port`.
    const right = this.#peek(2);
    const isSwapped =
      this.#isValue(first) && relations[this.#peek(1).text] !== undefined && !this.#isValue(right);
    if (isSwapped && right.kind === 'word') return this.#swapped();
    const operand = this.#operand();
    const { kind, text } = this.#peek();
    if (kind !== 'operator' && kind !== 'word') return { kind: 'present', operand };
    const relation = relations[text];
    if (relation !== undefined) {
      this.#at++;
      return this.#comparison(operand, relation);
    }
    if (this.#accept('contains')) return this.#contains(operand);
    if (this.#accept('matches', '~')) return this.#matches(operand);
    if (text === 'not' && this.#peek(1).text === 'in') {
      this.#at += 2;
      return { kind: 'not', inner: this.#in(operand) };
    }
    return this.#accept('in') ? this.#in(operand) : { kind: 'present', operand };
  }

  #isValue(token: Token): boolean {
    return (
      token.kind === 'string' ||
      (token.kind === 'word' && !knownFields.has(token.text) && !transformations.has(token.text))
    );
  }

  #swapped(): Expression {
    const value = this.#next();
    const relation = relations[this.#next().text] ?? 'any-equal';
    const operand = this.#operand();
    return { kind: 'compare', operand, relation: mirrored[relation], literal: literalOf(operand, value) };
  }

  #comparison(operand: Operand, relation: Relation): Expression {
    const token = this.#peek();
    if (
      token.kind === 'word' &&
      (knownFields.has(token.text) || transformations.has(token.text)) &&
      isField(token)
    ) {
      const other = this.#operand();
      if (kindOf(other) !== kindOf(operand)) {
        throw new FilterError(
          `${operand.field.name} and ${other.field.name} hold different things`,
          token.position,
          token.length,
        );
      }
      return { kind: 'fields', operand, relation, other };
    }
    return { kind: 'compare', operand, relation, literal: literalOf(operand, this.#value()) };
  }

  #value(): Token {
    const token = this.#next();
    if ((token.kind === 'word' && !reserved.has(token.text)) || token.kind === 'string') return token;
    const what =
      token.kind === 'end' ? 'the filter ends where a value is missing' : `"${token.text}" is no value`;
    throw new FilterError(what, token.position, token.length);
  }

  #contains(operand: Operand): Expression {
    const token = this.#value();
    const kind = kindOf(operand);
    if (kind === 'number' || kind === 'boolean' || kind === 'ipv4' || kind === 'ipv6') {
      throw new FilterError(
        `contains looks into text and octets; ${operand.field.name} holds neither`,
        operand.position,
        operand.length,
      );
    }
    return {
      kind: 'contains',
      operand,
      literal: literalFor(kind === 'mac' ? 'bytes' : kind, token, operand.field.name),
    };
  }

  #matches(operand: Operand): Expression {
    const token = this.#value();
    try {
      return { kind: 'matches', operand, pattern: new RegExp(token.text, 'i') };
    } catch {
      throw new FilterError(`"${token.text}" is not a regular expression`, token.position, token.length);
    }
  }

  #in(operand: Operand): Expression {
    const open = this.#next();
    if (open.kind !== 'openSet')
      throw new FilterError('"in" wants a set: {80, 443, 8000..8080}', open.position, open.length);
    const choices: Choice[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'closeSet') {
        this.#at++;
        if (choices.length === 0) throw new FilterError('this set is empty', open.position, open.length);
        return { kind: 'in', operand, choices };
      }
      if (token.kind === 'end')
        throw new FilterError('a } is missing for this {', open.position, open.length);
      if (token.kind === 'comma') {
        this.#at++;
        continue;
      }
      const low = literalOf(operand, this.#value());
      const high = this.#accept('..') ? literalOf(operand, this.#value()) : null;
      choices.push({ low, high });
    }
  }

  #operand(): Operand {
    const token = this.#next();
    if (token.kind !== 'word') {
      const what =
        token.kind === 'end' ? 'the filter ends where a field is missing' : `"${token.text}" is no field`;
      throw new FilterError(what, token.position, token.length);
    }
    const transformation = transformations.get(token.text);
    if (transformation !== undefined && this.#peek().kind === 'open')
      return this.#transformed(token, transformation);
    const field = knownFields.get(token.text) ?? knownFields.get(token.text.toLowerCase());
    if (field === undefined) throw unknownField(token);
    const slices: Slice[] = [];
    while (this.#peek().kind === 'slice') slices.push(...parseSlices(this.#next()));
    return {
      field,
      slices,
      transformation: null,
      mask: this.#mask(field.kind),
      position: token.position,
      length: token.length,
    };
  }

  #mask(kind: FieldKind): number | null {
    if (!this.#accept('&')) return null;
    const token = this.#next();
    const mask = parseNumber(token.text);
    if (mask === null || kind !== 'number')
      throw new FilterError('& wants a field of numbers and a number', token.position, token.length);
    return mask;
  }

  #transformed(token: Token, transformation: Transformation): Operand {
    this.#at++;
    const inner = this.#operand();
    const close = this.#next();
    if (close.kind !== 'close')
      throw new FilterError(`a ) is missing for ${token.text}(`, token.position, token.length);
    return { ...inner, transformation };
  }
}
