/** How the attributes of a link kind are read: by number, into the names that `ip -d -j link` prints. */
import { forEachAttribute, unsigned, unsignedNetwork } from '../ffi/attributes.ts';
import { hardwareAddress, ipAddress } from '../inet.ts';

type Reader = (buffer: Buffer, at: number, length: number) => unknown;
export type Fields = Readonly<Record<number, readonly [name: string, read: Reader]>>;

export interface LinkKind {
  /** IFLA_INFO_KIND values with these attributes. */
  readonly kinds: readonly string[];
  /** IFLA_INFO_DATA. */
  readonly fields: Fields;
  /** What depends on more than one attribute. */
  readonly finish?: (details: Record<string, unknown>) => void;
}

export const number: Reader = unsigned;
export const networkNumber: Reader = unsignedNetwork;
export const flag: Reader = (buffer, at, length) => unsigned(buffer, at, length) !== 0;
export const present: Reader = () => true;
export const mac: Reader = hardwareAddress;

/** A number that stands for a word; an unknown one stays a number. */
export function word(words: Readonly<Record<number, string>>): Reader {
  return (buffer, at, length) => {
    const value = unsigned(buffer, at, length);
    return words[value] ?? value;
  };
}

/** A tunnel key, in network order: dotted, as `ip` prints it. */
export const key: Reader = (buffer, at, length) => (length === 4 ? ipAddress(buffer, at, length) : undefined);

/** An address that is left out where it is any. */
export const endpoint: Reader = (buffer, at, length) => {
  const address = ipAddress(buffer, at, length);
  return address === '0.0.0.0' || address === '::' ? 'any' : address;
};

/** An ethertype as `0x8100`, or 802.1Q and 802.1ad by name. */
export const protocol: Reader = (buffer, at, length) => {
  const value = unsignedNetwork(buffer, at, length);
  if (value === 0x8100) return '802.1Q';
  if (value === 0x88a8) return '802.1ad';
  return `0x${value.toString(16)}`;
};

export function hexadecimal(buffer: Buffer, at: number, length: number): string {
  return `0x${unsigned(buffer, at, length).toString(16)}`;
}

/** struct ifla_bridge_id: priority and address, as `8000.02:42:ac:11:00:02`. */
export const bridgeId: Reader = (buffer, at, length) =>
  length < 8 ? undefined : `${buffer.toString('hex', at, at + 2)}.${hardwareAddress(buffer, at + 2, 6)}`;

export function readFields(
  fields: Fields,
  buffer: Buffer,
  start: number,
  end: number,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  forEachAttribute(buffer, start, end, (type, at, length) => {
    const field = fields[type];
    if (field === undefined) return;
    const value = field[1](buffer, at, length);
    if (value !== undefined) result[field[0]] = value;
  });
  return result;
}
