import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionJoiner } from '../../src/flow/connections.ts';
import { FlowTable } from '../../src/flow/table.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import { Harness, noNames, start } from './harness.ts';
import { ACK, ethernet, FIN, ip, SYN, tcp, text, udp } from './packets.ts';

const host = (index: number) => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

function limited(limit: number) {
  const decoder = createDecoder();
  const frame = createFrame();
  const table = new FlowTable(decoder.encapsulations, { limit });
  const send = (bytes: Uint8Array, second: number): number => {
    decoder.decode(bytes, 0, bytes.length, bytes.length, 1, frame);
    const { length } = bytes;
    table.add(frame, {
      buffer: bytes,
      start: 0,
      capturedLength: length,
      wireLength: length,
      seconds: start + second,
      nanoseconds: 0,
      interfaceId: 0,
    });
    return table.lastFlow;
  };
  return { table, send };
}

describe('a flow table with a limit', () => {
  it('drops the flows that ended, and keeps counting the others under their ids', () => {
    const { table, send } = limited(100);
    const segment = (back: boolean, flags: number, seq: number, ack: number) =>
      ethernet(
        ip(
          back ? '9.9.9.9' : '8.8.8.8',
          back ? '8.8.8.8' : '9.9.9.9',
          6,
          tcp(back ? 80 : 5, back ? 5 : 80, { flags, seq, ack }),
        ),
      );
    const open = send(ethernet(ip('7.7.7.7', '6.6.6.6', 17, udp(1, 2, text('stays')))), 0);
    const closed = send(segment(false, SYN, 1, 0), 1);
    send(segment(true, SYN | ACK, 10, 2), 1);
    send(segment(false, FIN | ACK, 2, 11), 1);
    send(segment(true, FIN | ACK, 11, 3), 1);
    send(segment(false, ACK, 3, 12), 1);
    for (let index = 0; index < 99; index++) {
      send(ethernet(ip(host(index), '1.1.1.1', 17, udp(1, 2, text('x')))), 2 + index);
    }
    const ids = table.report(noNames).map((flow) => flow.id);
    expect(table.evicted).toBe(13);
    expect(ids).not.toContain(closed);
    expect(ids).not.toContain(open);
    expect(send(ethernet(ip(host(98), '1.1.1.1', 17, udp(1, 2, text('x')))), 200)).toBe(ids.at(-1));
    expect(table.report(noNames).at(-1)?.packets.forward).toBe(2);
  });

  it('holds no more than its limit, joins included', () => {
    const { table, send } = limited(64);
    const joiner = new ConnectionJoiner(table);
    for (let index = 0; index < 2000; index++) {
      const id = send(ethernet(ip(host(index), '1.1.1.1', 6, tcp(1, 2, { flags: SYN, seq: index }))), index);
      expect(id).toBe(index + 1);
      if (index % 50 !== 0) continue;
      const connections = joiner.join({ names: noNames, conntrack: [] });
      const flows = table.report(noNames);
      expect(flows.length).toBeLessThanOrEqual(64);
      expect(connections.flatMap((connection) => [...connection.flows])).toEqual(
        flows.map((flow) => flow.id),
      );
      expect(flows.map((flow) => flow.connection)).toEqual(connections.map((connection) => connection.id));
    }
    expect(table.evicted + table.report(noNames).length).toBe(2000);
  });
});

describe('a flow table', () => {
  const packet = fc.record({
    from: fc.integer({ min: 1, max: 4 }),
    to: fc.integer({ min: 1, max: 4 }),
    sourcePort: fc.integer({ min: 1, max: 3 }),
    destinationPort: fc.integer({ min: 1, max: 3 }),
    ipv6: fc.boolean(),
  });

  it('counts the same for each tuple whatever the direction, and no packet twice or not at all', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
        const harness = new Harness();
        const expected = new Map<string, number>();
        for (const { from, to, sourcePort, destinationPort, ipv6 } of packets) {
          const address = (last: number) => (ipv6 ? `fd00::${last}` : `10.0.0.${last}`);
          harness.send(
            ethernet(ip(address(from), address(to), 17, udp(sourcePort, destinationPort, text('x')))),
          );
          const key = [`${address(from)} ${sourcePort}`, `${address(to)} ${destinationPort}`]
            .sort()
            .join(' ');
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        const found = harness.flows().map(({ source, destination, packets: counted }) => {
          const ends = [source, destination].map(({ address, port }) => `${address} ${port}`);
          return [ends.sort().join(' '), counted.forward + counted.reverse] as const;
        });
        expect(new Map(found)).toEqual(expected);
        expect(found).toHaveLength(expected.size);
      }),
    );
  });

  it('takes no memory for packets of flows that it knows', () => {
    const harness = new Harness();
    const frames = Array.from({ length: 500 }, (_, index) =>
      ethernet(ip(host(index), '1.1.1.1', 6, tcp(1, 2, { seq: index * 1000, payload: text('data') }))),
    );
    for (const frame of frames) harness.send(frame);
    const before = harness.table.store.words.byteLength;
    for (let round = 0; round < 20; round++) for (const frame of frames) harness.send(frame);
    expect(harness.table.store.words.byteLength).toBe(before);
    expect(harness.flows()).toHaveLength(500);
  });
});
