/** Netlink attributes: { u16 length; u16 type; payload }, padded to 4 bytes (linux/netlink.h, struct nlattr). */

const headerBytes = 4;
/** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER. */
export const typeMask = 0x3fff;

/** Calls `visit` with the type, offset and length of each payload between `start` and `end`. */
export function forEachAttribute(
  buffer: Buffer,
  start: number,
  end: number,
  visit: (type: number, at: number, length: number) => void,
): void {
  let at = start;
  while (at + headerBytes <= end) {
    const size = u16(buffer, at);
    if (size < headerBytes || at + size > end) return;
    visit(u16(buffer, at + 2) & typeMask, at + headerBytes, size - headerBytes);
    at += (size + 3) & ~3;
  }
}

/** Where this is called most, optimised code never comes to run: Buffer's own methods take several times as long. */
export function u16(buffer: Buffer, at: number): number {
  return (buffer[at] ?? 0) | ((buffer[at + 1] ?? 0) << 8);
}

/** One attribute with its header and padding. */
export function attribute(type: number, payload: Uint8Array): Buffer {
  const size = headerBytes + payload.length;
  const bytes = Buffer.alloc((size + 3) & ~3);
  bytes.writeUInt16LE(size, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, headerBytes);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0, 0);
  return bytes;
}

/** An unsigned integer of 1, 2, 4 or 8 bytes; 0 for any other length. */
export function unsigned(buffer: Buffer, at: number, length: number): number {
  switch (length) {
    case 1:
      return buffer.readUInt8(at);
    case 2:
      return buffer.readUInt16LE(at);
    case 4:
      return buffer.readUInt32LE(at);
    case 8:
      return buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 0x1_0000_0000;
    default:
      return 0;
  }
}

/** The same in network byte order. */
export function unsignedNetwork(buffer: Buffer, at: number, length: number): number {
  switch (length) {
    case 1:
      return buffer.readUInt8(at);
    case 2:
      return buffer.readUInt16BE(at);
    case 4:
      return buffer.readUInt32BE(at);
    case 8:
      return buffer.readUInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
    default:
      return 0;
  }
}

export function signed32(buffer: Buffer, at: number, length: number): number {
  return length >= 4 ? buffer.readInt32LE(at) : 0;
}

/** A string up to its NUL. */
export function text(buffer: Buffer, at: number, length: number): string {
  const nul = buffer.indexOf(0, at);
  return buffer.toString('utf8', at, nul >= at && nul < at + length ? nul : at + length);
}
