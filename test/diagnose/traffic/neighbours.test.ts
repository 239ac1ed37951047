/** Requests for neighbours that nobody answers: ARP, and neighbour solicitations of IPv6. */
import { describe, expect, it } from 'vitest';
import { NeighbourRequests } from '../../../src/flow/neighbour-requests.ts';
import { createDecoder } from '../../../src/packet/decode.ts';
import { createFrame } from '../../../src/packet/frame.ts';
import { start } from '../../flow/harness.ts';
import { address, concat, mac } from '../../flow/packets.ts';

const hex = (value: string) => Uint8Array.from(Buffer.from(value.replaceAll(' ', ''), 'hex'));

describe('ARP requests', () => {
  const decoder = createDecoder();
  const frame = createFrame();

  function arp(operation: 1 | 2, from: string, to: string): Uint8Array {
    const head = concat(mac(0xffff), mac(1), Uint8Array.of(8, 6, 0, 1, 8, 0, 6, 4, 0, operation));
    return concat(head, mac(1), address(from), mac(2), address(to), new Uint8Array(18));
  }

  function ask(requests: NeighbourRequests, bytes: Uint8Array, at: number): void {
    decoder.decode(bytes, 0, bytes.length, bytes.length, 1, frame);
    const record = { buffer: bytes, start: 0, capturedLength: bytes.length, wireLength: bytes.length };
    requests.add(frame, { ...record, seconds: start + at, nanoseconds: 0, interfaceId: 0 }, at + 1);
  }

  it('that are sent again and again are unanswered', () => {
    const requests = new NeighbourRequests();
    for (let at = 0; at < 3; at++) ask(requests, arp(1, '10.0.0.1', '10.0.0.9'), at);
    expect(requests.unanswered()).toMatchObject([
      { asker: '10.0.0.1', address: '10.0.0.9', requests: 3, packets: [1, 2, 3] },
    ]);
    // The address speaks after all.
    ask(requests, arp(2, '10.0.0.9', '10.0.0.1'), 4);
    expect(requests.unanswered()).toEqual([]);
  });

  it('of IPv6 are neighbour solicitations, and one for a duplicate address is none', () => {
    const solicitation = (from: string, type = 135) =>
      hex(
        `333300000002 020000000003 86dd 60000000 0018 3aff ${from} ff0200000000000000000001ff000002` +
          `${type.toString(16)}00 0000 00000000 fd000030000000000000000000000002`,
      );
    const client = 'fd000030000000000000000000000003';
    const requests = new NeighbourRequests();
    for (let at = 0; at < 3; at++) {
      ask(requests, solicitation(client), at);
      ask(requests, solicitation('0'.repeat(32)), at);
    }
    expect(requests.unanswered()).toMatchObject([
      { asker: 'fd00:30::3', address: 'fd00:30::2', requests: 3, packets: [1, 2, 3] },
    ]);
    ask(requests, solicitation(`${client.slice(0, -1)}9`, 136), 4);
    expect(requests.unanswered()).toEqual([]);
  });

  it('that are seldom, or of a scan, are none', () => {
    const requests = new NeighbourRequests();
    for (let at = 0; at < 60; at += 10) ask(requests, arp(1, '10.0.0.1', '10.0.0.9'), at);
    for (let host = 10; host < 200; host++) ask(requests, arp(1, '10.0.0.1', `10.0.0.${host}`), 61);
    expect(requests.unanswered()).toEqual([]);
  });
});
