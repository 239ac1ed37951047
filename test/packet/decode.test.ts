import { describe, expect, it } from 'vitest';
import { formatIp } from '../../src/packet/address.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import { fragment, type IpLayer } from '../../src/packet/model.ts';
import { be16, be32, bytes, ethernet, ipv4, ipv6, tcp, udp } from './build.ts';

function decode(frame: Uint8Array, captured = frame.length, wireLength = frame.length) {
  const decoded = createFrame();
  createDecoder().decode(frame, 0, captured, wireLength, 1, decoded);
  const layers: readonly IpLayer[] = decoded.layers.slice(0, decoded.layerCount);
  return { decoded, layers, layer: layers[0] };
}

const payload = bytes('68656c6c6f');

describe('the decoder', () => {
  it('gives addresses, ports, flags and the payload of a TCP segment', () => {
    const { decoded, layer } = decode(ethernet(0x0800, ipv4(6, tcp(40000, 80, payload, 7, 9))));
    expect(layer).toMatchObject({
      family: 4,
      protocol: 6,
      hasPorts: true,
      sourcePort: 40000,
      destinationPort: 80,
      tcpFlags: 0x18,
      tcpSequence: 7,
      tcpAcknowledgment: 9,
      tcpWindow: 4096,
      ttl: 64,
      payloadOffset: 54,
      payloadLength: 5,
      payloadCaptured: 5,
      tcpOptionsOffset: 54,
    });
    expect(layer && formatIp(4, layer.source)).toBe('10.0.0.1');
    expect(decoded).toMatchObject({
      etherType: 0x0800,
      sourceMacHigh: 0x0200,
      sourceMacLow: 1,
      destinationMacLow: 2,
      malformed: false,
    });
  });

  it('needs four octets of a transport header for the ports', () => {
    const frame = ethernet(0x0800, ipv4(6, tcp(40000, 80, payload)));
    expect(decode(frame, 38).layer).toMatchObject({
      hasPorts: true,
      destinationPort: 80,
      hasTransport: false,
    });
    expect(decode(frame, 37).layer).toMatchObject({ hasPorts: false, protocol: 6 });
  });

  it('counts the payload that was not captured', () => {
    const frame = ethernet(0x0800, ipv4(17, udp(1, 2, new Uint8Array(1000))));
    expect(decode(frame, 100, frame.length).layer).toMatchObject({
      payloadLength: 1000,
      payloadCaptured: 58,
    });
  });

  it('leaves Ethernet padding out of the payload', () => {
    const frame = bytes(ethernet(0x0800, ipv4(17, udp(1, 2, payload))), new Uint8Array(13));
    expect(decode(frame).layer).toMatchObject({ payloadLength: 5, payloadCaptured: 5 });
  });

  it('tells fragments apart and exposes what they share', () => {
    const first = decode(
      ethernet(0x0800, ipv4(17, udp(5, 6, payload), { fragment: 0x2000, identification: 77 })),
    ).layer;
    const later = decode(ethernet(0x0800, ipv4(17, payload, { fragment: 185, identification: 77 }))).layer;
    expect(first).toMatchObject({
      fragment: fragment.first,
      identification: 77,
      hasPorts: true,
      fragmentProtocol: 17,
    });
    expect(later).toMatchObject({
      fragment: fragment.later,
      identification: 77,
      hasPorts: false,
      fragmentOffset: 1480,
      fragmentProtocol: 17,
    });
  });

  it('tells IPv6 fragments apart, and takes an atomic one for a whole packet', () => {
    const header = (word: number): Uint8Array => bytes(17, 0, be16(word), be32(99));
    const atomic = decode(ethernet(0x86dd, ipv6(44, bytes(header(0), udp(5, 6, payload))))).layer;
    const first = decode(ethernet(0x86dd, ipv6(44, bytes(header(1), udp(5, 6, payload))))).layer;
    const later = decode(ethernet(0x86dd, ipv6(44, bytes(header(1480), payload)))).layer;
    expect(atomic).toMatchObject({ fragment: fragment.none, hasPorts: true, identification: 99 });
    expect(first).toMatchObject({ fragment: fragment.first, hasPorts: true, protocol: 17 });
    expect(later).toMatchObject({
      fragment: fragment.later,
      hasPorts: false,
      protocol: 17,
      fragmentOffset: 1480,
    });
  });

  it('takes a total length of 0 for what is left of the frame', () => {
    const frame = ethernet(0x0800, ipv4(6, tcp(1, 2, payload), { totalLength: 0 }));
    expect(decode(frame, frame.length, 80_014).layer).toMatchObject({
      totalLength: 80_000,
      payloadLength: 79_960,
      hasPorts: true,
    });
  });

  it('reads the length of a jumbogram', () => {
    const options = bytes('06 00 c204', be32(100_028));
    const packet = ipv6(0, bytes(options, tcp(1, 2, payload)));
    packet.set([0, 0], 4);
    const frame = ethernet(0x86dd, packet);
    expect(decode(frame, frame.length, 100_082).layer).toMatchObject({
      totalLength: 100_068,
      payloadLength: 100_000,
    });
  });

  it('gives echo its identifier, and errors no ports of what they quote', () => {
    const echo = decode(ethernet(0x0800, ipv4(1, bytes('0800 0000 1234 0005')))).layer;
    expect(echo).toMatchObject({ icmpType: 8, icmpId: 0x1234, icmpSequence: 5, icmpError: false });
    const quoted = ipv4(17, udp(5, 6, payload));
    const { layers } = decode(ethernet(0x0800, ipv4(1, bytes('0303 0000 00000000', quoted))));
    expect(layers).toHaveLength(1);
    expect(layers[0]).toMatchObject({
      icmpType: 3,
      icmpCode: 3,
      icmpError: true,
      icmpId: -1,
      hasPorts: false,
      payloadOffset: 42,
    });
  });

  it('points at ARP', () => {
    const arp = bytes('0001 0800 06 04 0001', new Uint8Array(20));
    expect(decode(ethernet(0x0806, arp)).decoded).toMatchObject({
      arpOffset: 14,
      layerCount: 0,
      etherType: 0x0806,
    });
  });

  it('says when headers contradict themselves', () => {
    const short = ipv4(17, udp(1, 2, payload), { totalLength: 10 });
    expect(decode(ethernet(0x0800, short)).decoded).toMatchObject({ malformed: true, layerCount: 0 });
    const long = ipv4(17, udp(1, 2, payload), { totalLength: 500 });
    expect(decode(ethernet(0x0800, long)).decoded).toMatchObject({ malformed: true, layerCount: 1 });
  });

  it('forgets the last frame', () => {
    const decoder = createDecoder();
    const decoded = createFrame();
    const full = ethernet(0x8100, bytes('000a 0800', ipv4(1, bytes('0800 0000 1234 0005'))));
    const plain = ethernet(0x0800, ipv4(17, udp(1, 2, payload)));
    const expected = createFrame();
    createDecoder().decode(plain, 0, plain.length, plain.length, 1, expected);
    decoder.decode(full, 0, full.length, full.length, 1, decoded);
    decoder.decode(plain, 0, plain.length, plain.length, 1, decoded);
    expect(decoded).toEqual(expected);
  });
});
