/** Packets of the scripted session: real bytes, and a dissection that is enough to draw. */
import type { Dissection, Field } from '../../src/packet/model.ts';

export interface FakePacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly interfaceId: number;
  readonly flow: number;
  readonly bytes: Uint8Array;
}

const flagBits = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export interface SegmentInput {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly flags: readonly (keyof typeof flagBits)[];
  readonly payload?: string;
}

export function tcpFrame(input: SegmentInput): Uint8Array {
  const payload = Buffer.from(input.payload ?? '');
  const frame = Buffer.alloc(54 + payload.length);
  frame.set([0x02, 0x42, 0xac, 0x11, 0, 2, 0x02, 0x42, 0x5e, 1, 2, 3, 0x08, 0x00]);
  frame.set([0x45, 0, 0, 0, 0x1c, 0x46, 0x40, 0, 64, 6, 0, 0], 14);
  frame.writeUInt16BE(40 + payload.length, 16);
  frame.set(input.source.split('.').map(Number), 26);
  frame.set(input.destination.split('.').map(Number), 30);
  frame.writeUInt16BE(input.sourcePort, 34);
  frame.writeUInt16BE(input.destinationPort, 36);
  frame.writeUInt32BE(0x1a2b3c4d, 38);
  frame[46] = 0x50;
  frame[47] = input.flags.reduce((bits, flag) => bits | flagBits[flag], 0);
  frame.writeUInt16BE(64240, 48);
  frame.set(payload, 54);
  return frame;
}

function field(
  name: string,
  label: string,
  offset: number,
  length: number,
  children: readonly Field[] = [],
): Field {
  return { name, label, value: null, offset, length, children };
}

export function dissectFrame(bytes: Uint8Array): Dissection {
  const frame = Buffer.from(bytes);
  const source = [...frame.subarray(26, 30)].join('.');
  const destination = [...frame.subarray(30, 34)].join('.');
  const from = frame.readUInt16BE(34);
  const to = frame.readUInt16BE(36);
  const set = Object.entries(flagBits).flatMap(([name, bit]) => ((frame[47] ?? 0) & bit ? [name] : []));
  const payload = frame.length - 54;
  const flags = field('tcp.flags', `Flags: ${set.join(', ')}`, 47, 1, [
    field('tcp.flags.syn', `Syn: ${set.includes('SYN')}`, 47, 1),
    field('tcp.flags.ack', `Ack: ${set.includes('ACK')}`, 47, 1),
  ]);
  return {
    protocols: ['eth', 'ip', 'tcp'],
    source,
    destination,
    protocol: 'TCP',
    info: `${from} → ${to} [${set.join(', ')}] Seq=0 Win=64240 Len=${payload}`,
    tree: [
      field('eth', 'Ethernet II, 02:42:5e:01:02:03 to 02:42:ac:11:00:02', 0, 14, [
        field('eth.dst', 'Destination: 02:42:ac:11:00:02', 0, 6),
        field('eth.src', 'Source: 02:42:5e:01:02:03', 6, 6),
        field('eth.type', 'Type: IPv4 (0x0800)', 12, 2),
      ]),
      field('ip', `Internet Protocol Version 4, ${source} to ${destination}`, 14, 20, [
        field('ip.len', `Total Length: ${frame.length - 14}`, 16, 2),
        field('ip.ttl', 'Time to Live: 64', 22, 1),
        field('ip.proto', 'Protocol: TCP (6)', 23, 1),
        field('ip.src', `Source Address: ${source}`, 26, 4),
        field('ip.dst', `Destination Address: ${destination}`, 30, 4),
      ]),
      field('tcp', `Transmission Control Protocol, ${from} to ${to}`, 34, 20, [
        field('tcp.srcport', `Source Port: ${from}`, 34, 2),
        field('tcp.dstport', `Destination Port: ${to}`, 36, 2),
        field('tcp.seq', 'Sequence Number: 439041101', 38, 4),
        flags,
        field('tcp.window_size_value', 'Window: 64240', 48, 2),
        ...(payload > 0 ? [field('tcp.payload', `TCP payload (${payload} bytes)`, 54, payload)] : []),
      ]),
    ],
  };
}
