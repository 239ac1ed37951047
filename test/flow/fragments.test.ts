import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';
import { ethernet, ip, text, udp, vxlan } from './packets.ts';

const a = '10.0.0.1';
const b = '10.0.0.2';

/** A datagram of `count` fragments of 64 octets and a short one. */
function fragments(id: number, count: number, family: 4 | 6 = 4) {
  const [from, to] = family === 4 ? [a, b] : ['fd00::1', 'fd00::2'];
  const datagram = udp(4000, 53, new Uint8Array(64 * count));
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < datagram.length; offset += 64) {
    const more = offset + 64 < datagram.length;
    const part = datagram.subarray(offset, offset + 64);
    frames.push(ethernet(ip(from, to, 17, part, { id, fragmentOffset: offset, more })));
  }
  return frames;
}

const octets = (frames: readonly Uint8Array[]) => frames.reduce((sum, frame) => sum + frame.length, 0);

describe('fragments', () => {
  it.each([4, 6] as const)('count for the flow of their first fragment, in any order (IPv%i)', (family) => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const harness = new Harness();
        const frames = fragments(7, 4, family);
        for (const [step, index] of order.entries())
          harness.send(frames[index] ?? new Uint8Array(0), { at: step });
        harness.table.finish();
        expect(harness.flow()).toMatchObject({
          source: { port: 4000 },
          packets: { forward: 5, reverse: 0 },
          bytes: { forward: octets(frames), reverse: 0 },
          duration: 4,
        });
      }),
    );
  });

  it('make a flow without ports when the first one is never seen', () => {
    const harness = new Harness();
    const [, ...rest] = fragments(7, 4);
    for (const frame of rest) harness.send(frame);
    expect(harness.flows()).toHaveLength(0);
    harness.table.finish();
    expect(harness.flow()).toMatchObject({
      protocol: 'udp',
      source: { address: a, port: null },
      destination: { address: b, port: null },
      packets: { forward: 4, reverse: 0 },
      bytes: { forward: octets(rest), reverse: 0 },
    });
  });

  it('of a datagram that is overdue are given up while the capture goes on', () => {
    const harness = new Harness();
    const [, second = new Uint8Array(0)] = fragments(7, 4);
    harness.send(second);
    harness.send(ethernet(ip(b, a, 17, udp(1, 2, text('later')))), { at: 40 });
    expect(harness.flows().map((flow) => flow.source.port)).toEqual([1, null]);
  });

  it('of datagrams with other identifications are not mixed up', () => {
    const harness = new Harness();
    const one = fragments(1, 2);
    const two = fragments(2, 2);
    for (const frame of [...one.slice(1), ...two]) harness.send(frame);
    harness.table.finish();
    expect(harness.flows().map((flow) => [flow.source.port, flow.packets.forward])).toEqual([
      [4000, 3],
      [null, 2],
    ]);
  });

  it('without end leave the memory as it is', () => {
    const harness = new Harness();
    const lonely = (id: number) =>
      ethernet(ip(a, b, 17, new Uint8Array(64), { id: id & 0xffff, fragmentOffset: 64, more: true }));
    for (let id = 0; id < 20_000; id++) harness.send(lonely(id), { at: id / 1000 });
    harness.table.finish();
    expect(harness.flow().packets.forward).toBe(20_000);
  });

  it('of a tunnel packet count for the tunnel and for what is inside', () => {
    const harness = new Harness();
    const inner = ethernet(ip(a, b, 17, udp(4000, 53, new Uint8Array(200))));
    const outer = vxlan(42, 1111, inner);
    const first = ethernet(ip('192.0.2.1', '192.0.2.2', 17, outer.subarray(0, 160), { id: 5, more: true }));
    const last = ethernet(
      ip('192.0.2.1', '192.0.2.2', 17, outer.subarray(160), { id: 5, fragmentOffset: 160 }),
    );
    harness.send(last);
    harness.send(first);
    harness.send(last);
    expect(
      harness.flows().map((flow) => [flow.source.address, flow.packets.forward, flow.bytes.forward]),
    ).toEqual([
      ['192.0.2.1', 3, first.length + 2 * last.length],
      [a, 3, first.length + 2 * last.length],
    ]);
    expect([harness.table.lastFlow, harness.table.lastInnerFlow]).toEqual([1, 2]);
  });
});
