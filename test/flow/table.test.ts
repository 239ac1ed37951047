import { describe, expect, it } from 'vitest';
import { Harness, namesOf, start } from './harness.ts';
import { ACK, echo, ethernet, FIN, icmp, ip, RST, SYN, tcp, text, udp, vxlan } from './packets.ts';

const a = '10.0.0.1';
const b = '10.0.0.2';

function segment(from: string, to: string, ports: [number, number], options: Parameters<typeof tcp>[2] = {}) {
  return ethernet(ip(from, to, 6, tcp(ports[0], ports[1], options)));
}

describe('flow table', () => {
  it('takes both directions for one flow, whose source spoke first', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(b, a, 17, udp(5000, 53, text('question')))), { at: 0.5 });
    harness.send(ethernet(ip(a, b, 17, udp(53, 5000, text('answer')))), { at: 0.75 });
    expect(harness.flow()).toMatchObject({
      id: 1,
      protocol: 'udp',
      source: { address: b, port: 5000 },
      destination: { address: a, port: 53 },
      packets: { forward: 1, reverse: 1 },
      bytes: { forward: 50, reverse: 48 },
      firstSeen: '2026-01-02T03:04:05.500000000Z',
      lastSeen: '2026-01-02T03:04:05.750000000Z',
      duration: 0.25,
      state: 'active',
    });
  });

  it('counts octets on the wire, not those captured', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, b, 17, udp(1, 2, text('cut')))), { wireLength: 1514 });
    expect(harness.flow().bytes).toEqual({ forward: 1514, reverse: 0 });
  });

  it('keeps interfaces, VLANs and ports apart', () => {
    const harness = new Harness();
    const packet = ip(a, b, 17, udp(1, 2, text('x')));
    harness.send(ethernet(packet));
    harness.send(ethernet(packet), { on: 1 });
    harness.send(ethernet(packet, { vlans: [10] }));
    harness.send(ethernet(ip(a, b, 17, udp(1, 3, text('x')))));
    harness.send(ethernet(packet, { vlans: [10] }));
    expect(harness.flows().map((flow) => [flow.interfaceId, flow.vlans, flow.packets.forward])).toEqual([
      [0, [], 1],
      [1, [], 1],
      [0, [10], 2],
      [0, [], 1],
    ]);
  });

  it('makes the sender of the SYN the source, also when the SYN is seen later', () => {
    const harness = new Harness();
    harness.send(segment(b, a, [80, 4000], { flags: SYN | ACK, seq: 900, ack: 101 }));
    expect(harness.flow().source.address).toBe(b);
    harness.send(segment(a, b, [4000, 80], { flags: SYN, seq: 100 }));
    expect(harness.flow().source).toMatchObject({ address: a, port: 4000 });
    expect(harness.flow().packets).toEqual({ forward: 1, reverse: 1 });
  });

  it('gives tunnelled packets an outer and an inner flow, and finds the way back', () => {
    const harness = new Harness();
    const inner = ethernet(ip(a, b, 6, tcp(4000, 80, { flags: SYN, seq: 7 })));
    const answer = ethernet(ip(b, a, 6, tcp(80, 4000, { flags: SYN | ACK, seq: 70, ack: 8 })));
    harness.send(ethernet(ip('192.0.2.1', '192.0.2.2', 17, vxlan(42, 1111, inner))));
    expect([harness.table.lastFlow, harness.table.lastInnerFlow]).toEqual([1, 2]);
    harness.send(ethernet(ip('192.0.2.2', '192.0.2.1', 17, vxlan(42, 2222, answer))));
    expect([harness.table.lastFlow, harness.table.lastInnerFlow]).toEqual([3, 2]);
    const flow = harness.flows()[1];
    expect(flow).toMatchObject({
      source: { address: a },
      tunnels: [{ kind: 'vxlan', id: 42, source: '192.0.2.1', destination: '192.0.2.2' }],
      packets: { forward: 1, reverse: 1 },
      bytes: { forward: 14 + 20 + 8 + 8 + inner.length, reverse: 14 + 20 + 8 + 8 + answer.length },
      state: 'syn-received',
    });
  });

  it('keeps tunnels of other ends and other ids apart', () => {
    const harness = new Harness();
    const inner = ethernet(ip(a, b, 17, udp(1, 2, text('x'))));
    for (const [to, vni] of [
      ['192.0.2.2', 1],
      ['192.0.2.2', 2],
      ['192.0.2.3', 1],
    ] as const) {
      harness.send(ethernet(ip('192.0.2.1', to, 17, vxlan(vni, 1111, inner))));
    }
    expect(harness.flows().filter((flow) => flow.tunnels.length > 0)).toHaveLength(3);
  });

  it('takes a host that talks to itself for one flow', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, a, 17, udp(9, 9, text('x')))));
    harness.send(ethernet(ip(a, a, 17, udp(9, 9, text('y')))));
    expect(harness.flow().packets).toEqual({ forward: 2, reverse: 0 });
  });

  it('gives echoes of one pair of addresses one flow without ports', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, b, 1, echo(false, 1, 1, text('ping')))));
    harness.send(ethernet(ip(b, a, 1, echo(true, 1, 1, text('ping')))));
    harness.send(ethernet(ip(a, b, 1, echo(false, 2, 1, text('ping')))));
    expect(harness.flow()).toMatchObject({
      protocol: 'icmp',
      source: { port: null },
      packets: { forward: 2, reverse: 1 },
      state: 'active',
    });
  });

  it('reports only what changed anew', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, b, 17, udp(1, 2, text('x')))));
    harness.send(ethernet(ip(a, b, 17, udp(3, 4, text('x')))));
    const before = harness.flows();
    expect(harness.flows()).toBe(before);
    harness.send(ethernet(ip(a, b, 17, udp(3, 4, text('x')))));
    const after = harness.flows();
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });

  it('names interfaces and containers by what the host has now', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, b, 17, udp(1, 2, text('x')))));
    expect(harness.flow().interface).toBeNull();
    const names = { ...namesOf(['host:docker0']), containerOf: () => 'web', version: 1 };
    expect(harness.flows(names)[0]).toMatchObject({
      interface: { namespace: 'host', name: 'docker0' },
      source: { container: 'web' },
    });
  });

  it('survives times that no calendar has', () => {
    const harness = new Harness();
    harness.send(ethernet(ip(a, b, 17, udp(1, 2, text('x')))), { at: 1e15 });
    harness.send(ethernet(ip(a, b, 17, udp(1, 3, text('x')))), { at: -1e15 });
    expect(harness.flows()).toHaveLength(2);
  });
});

describe('TCP states', () => {
  const ports: [number, number] = [4000, 80];
  const back: [number, number] = [80, 4000];
  const syn = segment(a, b, ports, { flags: SYN, seq: 100 });
  const synAck = segment(b, a, back, { flags: SYN | ACK, seq: 900, ack: 101 });
  const ack = segment(a, b, ports, { flags: ACK, seq: 101, ack: 901 });

  it('follows a connection from SYN to its end', () => {
    const harness = new Harness();
    const states: string[] = [];
    const steps = [
      syn,
      synAck,
      ack,
      segment(a, b, ports, { flags: FIN | ACK, seq: 101, ack: 901 }),
      segment(b, a, back, { flags: FIN | ACK, seq: 901, ack: 102 }),
      segment(a, b, ports, { flags: ACK, seq: 102, ack: 902 }),
      segment(b, a, back, { flags: RST, seq: 902 }),
    ];
    for (const step of steps) {
      harness.send(step);
      states.push(harness.flow().state);
    }
    expect(states).toEqual([
      'syn-sent',
      'syn-received',
      'established',
      'closing',
      'closing',
      'closed',
      'closed',
    ]);
  });

  it('measures the handshake from the SYN to the first ACK', () => {
    const harness = new Harness();
    harness.send(syn, { at: 0 });
    harness.send(synAck, { at: 0.0003 });
    harness.send(ack, { at: 0.0004 });
    expect(harness.flow().tcp?.handshakeRttMs).toBeCloseTo(0.4, 6);
  });

  it('calls a RST that answers the SYN a refusal, and any other a reset', () => {
    const refused = new Harness();
    refused.send(syn);
    refused.send(segment(b, a, back, { flags: RST | ACK, ack: 101 }));
    expect(refused.flow().state).toBe('refused');
    expect(refused.flow().tcp?.resets).toBe(1);
    const reset = new Harness();
    for (const frame of [syn, synAck, ack, segment(b, a, back, { flags: RST, seq: 901 })]) reset.send(frame);
    expect(reset.flow().state).toBe('reset');
  });

  it('calls a SYN unanswered after a second, when it is repeated, and at the end of the capture', () => {
    const later = new Harness();
    later.send(syn);
    expect(later.flow().state).toBe('syn-sent');
    later.table.advance(start + 2);
    expect(later.flow().state).toBe('unanswered');
    const repeated = new Harness();
    repeated.send(syn);
    repeated.send(syn, { at: 1 });
    expect(repeated.flow().state).toBe('unanswered');
    const ended = new Harness();
    ended.send(syn);
    ended.table.finish();
    expect(ended.flow().state).toBe('unanswered');
  });

  it('takes a connection without a handshake for established', () => {
    const harness = new Harness();
    harness.send(segment(a, b, ports, { seq: 5000, ack: 6000, payload: text('data') }));
    expect(harness.flow().state).toBe('established');
  });

  it('begins anew when the ports are used again, in the same flow', () => {
    const harness = new Harness();
    for (const frame of [syn, synAck, ack, segment(b, a, back, { flags: RST, seq: 901 })])
      harness.send(frame);
    harness.send(segment(a, b, ports, { flags: SYN, seq: 77777 }), { at: 60 });
    expect(harness.flow()).toMatchObject({ state: 'syn-sent', notes: ['port reuse'] });
    expect(harness.flow().packets).toEqual({ forward: 3, reverse: 2 });
  });
});

describe('ICMP errors', () => {
  const quoted = ip(a, b, 17, udp(4000, 9, text('hello')));
  const unreachable = (code: number, rest = 0) =>
    ethernet(ip('10.0.0.254', a, 1, icmp(3, code, rest, quoted.subarray(0, 28))));

  it('mark the flow that they quote as rejected, and make no flow of the quote', () => {
    const harness = new Harness();
    harness.send(ethernet(quoted));
    harness.send(unreachable(1));
    expect(harness.flows()).toHaveLength(2);
    expect(harness.flows()[0]).toMatchObject({
      state: 'rejected',
      notes: ['icmp host unreachable from 10.0.0.254'],
    });
    expect(harness.flows()[1]).toMatchObject({ protocol: 'icmp', source: { address: '10.0.0.254' } });
  });

  it('reject a TCP connection that has no answer yet', () => {
    const harness = new Harness();
    const syn = ip(a, b, 6, tcp(4000, 80, { flags: SYN, seq: 1 }));
    harness.send(ethernet(syn));
    harness.send(ethernet(ip(b, a, 1, icmp(3, 3, 0, syn.subarray(0, 28)))));
    expect(harness.flows()[0]).toMatchObject({
      state: 'rejected',
      notes: ['icmp port unreachable from 10.0.0.2'],
    });
  });

  it('note the MTU where fragmentation is needed, which rejects nothing', () => {
    const harness = new Harness();
    harness.send(ethernet(quoted));
    harness.send(unreachable(4, 1400));
    expect(harness.flows()[0]).toMatchObject({
      state: 'active',
      notes: ['icmp fragmentation needed from 10.0.0.254 (mtu 1400)'],
    });
  });

  it('say nothing about flows that were not seen', () => {
    const harness = new Harness();
    harness.send(unreachable(1));
    expect(harness.flow()).toMatchObject({ protocol: 'icmp', notes: [] });
  });
});
