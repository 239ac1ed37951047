/** A small capture for tests of commands: what its packets say does not depend on any reader of ours. */

const ethernet = '020000000002020000000001' + '0800';

/** A pcap file (microseconds, little endian, Ethernet) of frames a second apart, from 2026-01-01T00:00:00Z. */
export function pcapFile(frames: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([
    header,
    ...frames.flatMap((frame, at) => {
      const record = Buffer.alloc(16);
      record.writeUInt32LE(1_767_225_600 + at, 0);
      record.writeUInt32LE(frame.length, 8);
      record.writeUInt32LE(frame.length, 12);
      return [record, frame];
    }),
  ]);
}

/** A UDP datagram without payload from 192.0.2.SOURCE to 192.0.2.1. */
export function udpFrame(source: number, sourcePort: number, destinationPort: number): Buffer {
  const ports = `${hex(sourcePort)}${hex(destinationPort)}`;
  return Buffer.from(
    `${ethernet}4500001c00010000401100 00c00002${byte(source)}c0000201${ports}00080000`.replace(' ', ''),
    'hex',
  );
}

/** A TCP SYN (or another flag byte) from 192.0.2.2 port 40000 to 192.0.2.1 port 3306, or the other way. */
export function tcpFrame(flags: number, answer = false): Buffer {
  const ends = answer ? 'c0000201c0000202' : 'c0000202c0000201';
  const ports = answer ? `${hex(3306)}${hex(40_000)}` : `${hex(40_000)}${hex(3306)}`;
  return Buffer.from(
    `${ethernet}450000280001000040060000${ends}${ports}000000010000000150${byte(flags)}ffff00000000`,
    'hex',
  );
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
