/** Expressions of nft's JSON as `nft list ruleset` prints them (libnftables-json(5), nft(8)). */
import { field, listOf, numberOf, tagged, textOf, wordsOf } from './json.ts';

/** How literals that stand against an expression are written. */
type Style = 'plain' | 'mark' | 'quoted' | 'device' | 'duration' | 'flags' | 'raw';

/** Meta keys that nft writes without `meta` before them. */
const unqualified: ReadonlySet<string> = new Set([
  'iif',
  'oif',
  'iifname',
  'oifname',
  'iifgroup',
  'oifgroup',
]);

const quotedKeys: ReadonlySet<string> = new Set([
  'iifname',
  'oifname',
  'ibrname',
  'obrname',
  'hour',
  'day',
  'time',
  'iifkind',
  'oifkind',
  'sdifname',
]);

function styleOf(json: unknown): Style {
  const tag = tagged(json);
  const key = textOf(field(tag?.body, 'key')) ?? '';
  switch (tag?.tag) {
    case 'meta':
      if (key === 'mark') return 'mark';
      if (key === 'iif' || key === 'oif') return 'device';
      return quotedKeys.has(key) ? 'quoted' : 'plain';
    case 'ct':
      if (key === 'mark') return 'mark';
      if (key === 'expiration') return 'duration';
      if (key === 'helper') return 'quoted';
      return key === 'state' || key === 'status' ? 'flags' : 'plain';
    case 'socket':
      return key === 'mark' ? 'mark' : 'plain';
    case 'osf':
      return 'quoted';
    case 'payload':
      if (field(tag.body, 'base') !== undefined) return 'raw';
      return field(tag.body, 'protocol') === 'tcp' && field(tag.body, 'field') === 'flags'
        ? 'flags'
        : 'plain';
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return styleOf(listOf(tag.body)[0]);
    default:
      return 'plain';
  }
}

/** The parts of a concatenation; the expression itself otherwise. */
function partsOf(json: unknown): readonly unknown[] {
  const concat = field(json, 'concat');
  return Array.isArray(concat) ? concat : [json];
}

function stylesOf(json: unknown): readonly Style[] {
  return partsOf(json).map(styleOf);
}

/** 1d2h3m4s of seconds. */
export function printDuration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const;
  let rest = Math.floor(seconds);
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

function scalar(value: string | number | boolean, style: Style): string {
  if (typeof value === 'boolean') return value ? 'exists' : 'missing';
  if (typeof value === 'number') {
    if (style === 'mark') return `0x${value.toString(16).padStart(8, '0')}`;
    if (style === 'flags' || style === 'raw') return `0x${value.toString(16)}`;
    return style === 'duration' ? printDuration(value) : String(value);
  }
  if (value === '*') return value;
  if (style === 'quoted' || (style === 'device' && !/^\d+$/.test(value))) return `"${value}"`;
  return value;
}

/** A literal, range, prefix, concatenation, set or set element. */
function printLiteral(json: unknown, styles: readonly Style[], position = 0): string {
  const style = styles[position] ?? 'plain';
  if (typeof json === 'string' && json.startsWith('@')) return json;
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') {
    return scalar(json, style);
  }
  if (Array.isArray(json)) return json.map((one) => printLiteral(one, styles, position)).join(',');
  const tag = tagged(json);
  switch (tag?.tag) {
    case 'range':
      return listOf(tag.body)
        .map((end) => printLiteral(end, styles, position))
        .join('-');
    case 'prefix':
      return `${printLiteral(field(tag.body, 'addr'), styles, position)}/${numberOf(field(tag.body, 'len')) ?? ''}`;
    case 'concat':
      return listOf(tag.body)
        .map((part, index) => printLiteral(part, styles, index))
        .join(' . ');
    case 'set':
      return `{ ${listOf(tag.body)
        .map((element) => printElement(element, styles))
        .join(', ')} }`;
    case 'elem':
      return printElementOptions(tag.body, styles);
    case '|':
      return listOf(tag.body)
        .map((one) => printLiteral(one, styles, position))
        .join(' | ');
    default:
      return printExpression(json, style);
  }
}

function printElementOptions(body: unknown, styles: readonly Style[]): string {
  const words = [printLiteral(field(body, 'val'), styles)];
  const timeout = numberOf(field(body, 'timeout'));
  const expires = numberOf(field(body, 'expires'));
  const comment = textOf(field(body, 'comment'));
  if (field(body, 'counter') !== undefined) words.push('counter');
  if (timeout !== null) words.push(`timeout ${printDuration(timeout)}`);
  if (expires !== null) words.push(`expires ${printDuration(expires)}`);
  if (comment !== null) words.push(`comment "${comment}"`);
  return words.join(' ');
}

/** A set's element, or `[key, data]` of a map. */
function printElement(json: unknown, styles: readonly Style[]): string {
  if (!Array.isArray(json)) return printLiteral(json, styles);
  const [key, data] = json;
  return `${printLiteral(key, styles)} : ${printData(data)}`;
}

export function printVerdict(json: unknown): string | null {
  const tag = tagged(json);
  switch (tag?.tag) {
    case 'accept':
    case 'drop':
    case 'continue':
    case 'return':
      return tag.tag;
    case 'jump':
    case 'goto':
      return `${tag.tag} ${textOf(field(tag.body, 'target')) ?? ''}`;
    default:
      return null;
  }
}

function printData(json: unknown): string {
  return printVerdict(json) ?? printLiteral(json, []);
}

/** `KEY map @name`, `KEY vmap { ... }`. */
export function printMap(body: unknown, word: 'map' | 'vmap'): string {
  const key = field(body, 'key');
  return `${printExpression(key)} ${word} ${printLiteral(field(body, 'data'), stylesOf(key))}`;
}

/** Operators that bind tighter stand later. */
const strength: Readonly<Record<string, number>> = { '|': 1, '^': 2, '&': 3, '<<': 4, '>>': 4 };

function printBinary(operator: string, body: unknown, style: Style): string {
  const own = strength[operator] ?? 0;
  const operands = listOf(body).map((operand, index) => {
    const inner = tagged(operand)?.tag ?? '';
    // What is shifted is a mark; by how much is a number.
    const shift = own === 4 && index > 0;
    const text = shift ? printLiteral(operand, []) : printLiteral(operand, [style]);
    return (strength[inner] ?? 9) < own ? `(${text})` : text;
  });
  return operands.join(` ${operator} `);
}

function printGenerator(name: string, body: unknown): string {
  const words = [name];
  const mode = textOf(field(body, 'mode'));
  const inner = field(body, 'expr');
  if (mode !== null) words.push(mode);
  if (inner !== undefined) words.push(printExpression(inner));
  words.push(`mod ${numberOf(field(body, 'mod')) ?? ''}`);
  const seed = numberOf(field(body, 'seed'));
  if (seed !== null && seed !== 0) words.push(`seed 0x${seed.toString(16)}`);
  const offset = numberOf(field(body, 'offset'));
  if (offset !== null && offset !== 0) words.push(`offset ${offset}`);
  return words.join(' ');
}

/** @param style of literals in it, where the expression is a value for something else. */
export function printExpression(json: unknown, style?: Style): string {
  const tag = tagged(json);
  if (tag === null) {
    const isObject = typeof json === 'object' && !Array.isArray(json);
    return isObject || json === undefined
      ? (JSON.stringify(json) ?? '')
      : printLiteral(json, [style ?? 'plain']);
  }
  const { body } = tag;
  const key = textOf(field(body, 'key')) ?? '';
  switch (tag.tag) {
    case 'payload': {
      const header = textOf(field(body, 'protocol'));
      if (header !== null) return `${header} ${textOf(field(body, 'field')) ?? ''}`;
      return `@${textOf(field(body, 'base')) ?? ''},${numberOf(field(body, 'offset')) ?? ''},${numberOf(field(body, 'len')) ?? ''}`;
    }
    case 'meta':
      return unqualified.has(key) ? key : `meta ${key}`;
    case 'ct': {
      const direction = textOf(field(body, 'dir'));
      return direction === null ? `ct ${key}` : `ct ${direction} ${key}`;
    }
    case 'fib': {
      const flags = wordsOf(field(body, 'flags'));
      return `fib ${flags.join(' . ')} ${textOf(field(body, 'result')) ?? ''}`;
    }
    case 'socket':
      return `socket ${key}`;
    case 'rt':
      return `rt ${key}`;
    case 'osf': {
      const ttl = textOf(field(body, 'ttl'));
      return ttl === null ? `osf ${key}` : `osf ttl ${ttl} ${key}`;
    }
    case 'ipsec':
      return `ipsec ${textOf(field(body, 'dir')) ?? 'in'} ${key}`;
    case 'exthdr': {
      const name = textOf(field(body, 'name')) ?? '';
      const inner = textOf(field(body, 'field'));
      return inner === null ? `exthdr ${name}` : `${name} ${inner}`;
    }
    case 'tcp option': {
      const inner = textOf(field(body, 'field'));
      const name = textOf(field(body, 'name'));
      if (name === null) {
        return `tcp option @${numberOf(field(body, 'base')) ?? ''},${numberOf(field(body, 'offset')) ?? ''},${numberOf(field(body, 'len')) ?? ''}`;
      }
      return inner === null ? `tcp option ${name}` : `tcp option ${name} ${inner}`;
    }
    case 'sctp chunk': {
      const inner = textOf(field(body, 'field'));
      return `sctp chunk ${textOf(field(body, 'name')) ?? ''}${inner === null ? '' : ` ${inner}`}`;
    }
    case 'concat':
      return listOf(body)
        .map((part) => printExpression(part))
        .join(' . ');
    case 'numgen':
    case 'jhash':
    case 'symhash':
      return printGenerator(tag.tag, body);
    case 'map':
      return printMap(body, 'map');
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return printBinary(tag.tag, body, style ?? styleOf(json));
    case 'range':
    case 'prefix':
    case 'set':
    case 'elem':
      return printLiteral(json, [style ?? 'plain']);
    default:
      return JSON.stringify(json);
  }
}

/** A literal that stands against `left`, as in matches and assignments. */
export function printAgainst(left: unknown, right: unknown): string {
  return printLiteral(right, stylesOf(left));
}

/** `LEFT [OP] RIGHT`. */
export function printMatch(body: unknown): string {
  const left = field(body, 'left');
  const right = field(body, 'right');
  const operator = textOf(field(body, 'op')) ?? '==';
  const mask = field(left, '&');
  if (Array.isArray(mask) && (operator === '==' || operator === '!=')) {
    const [inner, bits] = mask;
    // Newer nft writes `tcp flags syn / fin,syn,rst,ack`.
    if (styleOf(inner) === 'flags') {
      const sign = operator === '!=' ? '!= ' : '';
      return `${printExpression(inner)} ${sign}${printAgainst(inner, right)} / ${printAgainst(inner, bits)}`;
    }
    return `${printExpression(left)} ${operator} ${printAgainst(left, right)}`;
  }
  const isSet = tagged(right)?.tag === 'set' || (typeof right === 'string' && right.startsWith('@'));
  const flags = styleOf(left) === 'flags';
  const silent = operator === 'in' || (operator === '==' && (!flags || isSet));
  return `${printExpression(left)}${silent ? '' : ` ${operator}`} ${printAgainst(left, right)}`;
}
