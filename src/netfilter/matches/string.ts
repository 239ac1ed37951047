/** `-m string`: text in the packet's bytes (xt_string.c), which an evaluation does not have. */
import { defineMatch, refuse } from '../extension.ts';
import { argument, exclusive, find, has, integer } from '../values.ts';

/** XT_STRING_MAX_PATTERN_SIZE */
const maximumPattern = 128;

interface StringMatch {
  readonly pattern: readonly number[];
  readonly invert: boolean;
  readonly algorithm: string;
  readonly from: number;
  readonly to: number;
  readonly ignoreCase: boolean;
}

/** Bytes of `text|0a 0b|text`. */
function hexPattern(text: string): readonly number[] {
  const bytes: number[] = [];
  text.split('|').forEach((piece, index) => {
    if (index % 2 === 0) {
      bytes.push(...Buffer.from(piece));
      return;
    }
    const digits = piece.replace(/\s/g, '');
    if (!/^([0-9a-f]{2})*$/i.test(digits)) refuse(`"${piece}" is not hexadecimal`);
    bytes.push(...Buffer.from(digits, 'hex'));
  });
  return bytes;
}

/** is_hex_string: what is not printable, or a bar, is written in hexadecimal. */
function needsHex(pattern: readonly number[]): boolean {
  if (pattern[pattern.length - 1] === 0x5c) return true;
  return pattern.some((byte) => byte < 0x20 || byte > 0x7e);
}

function printPattern(pattern: readonly number[]): string {
  const buffer = Buffer.from(pattern);
  if (needsHex(pattern)) return `--hex-string "|${buffer.toString('hex')}|"`;
  return `--string "${buffer.toString('latin1').replace(/["\\]/g, '\\$&')}"`;
}

export const string = defineMatch<StringMatch>({
  name: 'string',
  options: [
    { name: 'string', values: 1, negatable: true },
    { name: 'hex-string', values: 1, negatable: true },
    { name: 'algo', values: 1 },
    { name: 'from', values: 1 },
    { name: 'to', values: 1 },
    { name: 'icase', values: 0 },
  ],
  parse(options) {
    exclusive(options, ['string', 'hex-string']);
    const use = find(options, 'string') ?? find(options, 'hex-string') ?? refuse('-m string needs --string');
    const algorithm = find(options, 'algo') ?? refuse('-m string needs --algo');
    if (argument(algorithm) !== 'bm' && argument(algorithm) !== 'kmp')
      refuse(`algorithm "${argument(algorithm)}" is not known`);
    const hexadecimal = use.name === 'hex-string';
    const pattern = hexadecimal ? hexPattern(argument(use)) : [...Buffer.from(argument(use))];
    if (pattern.length > maximumPattern || pattern.length === 0)
      refuse(`a pattern has 1 to ${maximumPattern} bytes`);
    const from = find(options, 'from');
    const to = find(options, 'to');
    return {
      pattern,
      invert: use.invert,
      algorithm: argument(algorithm),
      from: from === undefined ? 0 : integer(argument(from), 65535, 'from'),
      to: to === undefined ? 65535 : integer(argument(to), 65535, 'to'),
      ignoreCase: has(options, 'icase'),
    };
  },
  print(data) {
    const words = [`${data.invert ? '! ' : ''}${printPattern(data.pattern)} --algo ${data.algorithm}`];
    if (data.from !== 0) words.push(`--from ${data.from}`);
    if (data.to !== 65535) words.push(`--to ${data.to}`);
    if (data.ignoreCase) words.push('--icase');
    return words.join(' ');
  },
  evaluate: () => ({ unknown: 'string: the packet’s bytes are not known' }),
  explain: () => 'string',
});
