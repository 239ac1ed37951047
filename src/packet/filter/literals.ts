/** Values that a filter compares with. */
import type { FieldKind } from './known-fields.ts';
import { FilterError, type Token } from './tokens.ts';

export interface AddressPattern {
  readonly words: readonly number[];
  /** Bits of the prefix. */
  readonly prefix: number;
}

export type Literal =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'address'; readonly pattern: AddressPattern }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

const numberPattern = /^(0x[0-9a-fA-F]+|0b[01]+|-?\d+)$/;

export function parseNumber(text: string): number | null {
  if (!numberPattern.test(text)) return null;
  // A leading zero means octal, as in Wireshark and C.
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return Number(text);
}

export function parseIpv4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const parts = match.slice(1).map(Number);
  if (parts.some((part) => part > 255)) return null;
  return [parts.reduce((word, part) => word * 256 + part, 0)];
}

export function parseIpv6(text: string): number[] | null {
  let whole = text;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const word = parseIpv4(dotted[2] ?? '')?.[0];
    if (word === undefined) return null;
    whole = `${dotted[1]}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  const halves = whole.split('::');
  if (halves.length > 2 || !/^[0-9a-fA-F:]*$/.test(whole)) return null;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...left, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...right];
  if (groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((index) => (numbers[index] ?? 0) * 65536 + (numbers[index + 1] ?? 0));
}

/** `aa:bb:cc`, `aa-bb-cc`, `aabb.ccdd`, or one octet in hexadecimal. */
function parseBytes(text: string): Uint8Array | null {
  if (/^[0-9a-fA-F]{1,2}([:.-][0-9a-fA-F]{1,2})*$/.test(text)) {
    return Uint8Array.from(text.split(/[:.-]/).map((octet) => Number.parseInt(octet, 16)));
  }
  if (!/^[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4})*$/.test(text)) return null;
  const digits = text.replaceAll('.', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

function address(token: Token, field: string, family: 4 | 6): Literal {
  const [host = '', bits, ...more] = token.text.split('/');
  const words = family === 4 ? parseIpv4(host) : parseIpv6(host);
  const width = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (
    words === null ||
    more.length > 0 ||
    bits === '' ||
    !Number.isInteger(prefix) ||
    prefix < 0 ||
    prefix > width
  ) {
    const other = family === 4 ? parseIpv6(host) : parseIpv4(host);
    const hint =
      other === null
        ? ''
        : `; IPv${family === 4 ? 6 : 4} addresses are in ${field.replace(/^ip(v6)?\./, family === 4 ? 'ipv6.' : 'ip.')}`;
    throw new FilterError(
      `"${token.text}" is not an IPv${family} address or prefix${hint}`,
      token.position,
      token.length,
    );
  }
  return { kind: 'address', pattern: { words, prefix } };
}

/**
 * What `token` means to a field of this kind.
 *
 * @throws FilterError when it is no value of that kind.
 */
export function literalFor(kind: FieldKind, token: Token, field: string): Literal {
  const complain = (what: string): never => {
    throw new FilterError(
      `"${token.text}" is not ${what}, which ${field} holds`,
      token.position,
      token.length,
    );
  };
  switch (kind) {
    case 'number': {
      return { kind: 'number', value: parseNumber(token.text) ?? complain('a number') };
    }
    case 'boolean': {
      const word = token.text.toLowerCase();
      if (word === 'true' || word === 'false') return { kind: 'number', value: word === 'true' ? 1 : 0 };
      return { kind: 'number', value: parseNumber(token.text) ?? complain('true or false') };
    }
    case 'ipv4':
      return address(token, field, 4);
    case 'ipv6':
      return address(token, field, 6);
    case 'mac': {
      if (token.kind === 'string') return { kind: 'text', value: token.text.toLowerCase() };
      const bytes = parseBytes(token.text) ?? complain('a MAC address');
      return { kind: 'text', value: hexText(bytes) };
    }
    case 'bytes':
    case 'protocol': {
      if (token.kind === 'string') return { kind: 'bytes', value: new TextEncoder().encode(token.text) };
      return { kind: 'bytes', value: parseBytes(token.text) ?? complain('octets (aa:bb:cc) or a string') };
    }
    case 'text':
      return { kind: 'text', value: token.text };
  }
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join(':');
}
