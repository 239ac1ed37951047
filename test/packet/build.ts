/** Frames put together header by header, and a pcapng of them with an interface per link type. */

export function bytes(...parts: (number | string | Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      if (typeof part === 'string') return [...Buffer.from(part.replaceAll(' ', ''), 'hex')];
      return [...part];
    }),
  );
}

export function be16(value: number): Uint8Array {
  return bytes((value >> 8) & 0xff, value & 0xff);
}

export function be32(value: number): Uint8Array {
  return bytes(be16(value >>> 16), be16(value & 0xffff));
}

export function le16(value: number): Uint8Array {
  return be16(value).reverse();
}

export function le32(value: number): Uint8Array {
  return be32(value).reverse();
}

export function ethernet(
  type: number,
  payload: Uint8Array,
  destination = '020000000002',
  source = '020000000001',
): Uint8Array {
  return bytes(destination, source, be16(type), payload);
}

/** IEEE 802.3 with LLC. */
export function ethernet8023(payload: Uint8Array): Uint8Array {
  return ethernet(payload.length, payload);
}

function checksum(header: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < header.length; index += 2)
    sum += ((header[index] ?? 0) << 8) | (header[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

export interface Ipv4Options {
  readonly source?: string;
  readonly destination?: string;
  /** Flags and fragment offset. */
  readonly fragment?: number;
  readonly identification?: number;
  readonly totalLength?: number;
}

export function ipv4(protocol: number, payload: Uint8Array, options: Ipv4Options = {}): Uint8Array {
  const { source = '0a000001', destination = '0a000002', fragment = 0, identification = 1 } = options;
  const total = options.totalLength ?? 20 + payload.length;
  const header = bytes(
    0x45,
    0,
    be16(total),
    be16(identification),
    be16(fragment),
    64,
    protocol,
    0,
    0,
    source,
    destination,
  );
  header.set(be16(checksum(header)), 10);
  return bytes(header, payload);
}

export function ipv6(next: number, payload: Uint8Array, source = 1, destination = 2): Uint8Array {
  const prefix = '20010db8 00000000 00000000';
  return bytes(
    '60000000',
    be16(payload.length),
    next,
    64,
    prefix,
    be32(source),
    prefix,
    be32(destination),
    payload,
  );
}

export function udp(source: number, destination: number, payload: Uint8Array): Uint8Array {
  return bytes(be16(source), be16(destination), be16(8 + payload.length), 0, 0, payload);
}

export function tcp(
  source: number,
  destination: number,
  payload: Uint8Array,
  sequence = 1,
  acknowledgment = 1,
): Uint8Array {
  return bytes(
    be16(source),
    be16(destination),
    be32(sequence),
    be32(acknowledgment),
    '5018 1000 0000 0000',
    payload,
  );
}

export interface BuiltFrame {
  readonly linkType: number;
  readonly frame: Uint8Array;
  readonly wireLength?: number;
}

function block(type: number, body: Uint8Array): Uint8Array {
  const length = 12 + body.length;
  return bytes(le32(type), le32(length), body, le32(length));
}

function padded(body: Uint8Array): Uint8Array {
  return bytes(body, new Uint8Array((4 - (body.length % 4)) % 4));
}

/** One section, an interface per link type in the order of their first frame. */
export function pcapng(frames: readonly BuiltFrame[]): Uint8Array {
  const linkTypes = [...new Set(frames.map(({ linkType }) => linkType))];
  return Buffer.concat([
    block(0x0a0d0d0a, bytes(le32(0x1a2b3c4d), le16(1), le16(0), 'ffffffffffffffff')),
    ...linkTypes.map((linkType) => block(1, bytes(le16(linkType), le16(0), le32(0)))),
    ...frames.map(({ linkType, frame, wireLength }) =>
      block(
        6,
        bytes(
          le32(linkTypes.indexOf(linkType)),
          le32(0),
          le32(0),
          le32(frame.length),
          le32(wireLength ?? frame.length),
          padded(frame),
        ),
      ),
    ),
  ]);
}
