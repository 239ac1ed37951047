/** Connections that never opened, and what many of them say together. */
import { describe, expect, it } from 'vitest';
import { Harness, namesOf } from '../../flow/harness.ts';
import { ACK, ethernet, icmp, ip, RST, SYN, tcp, udp } from '../../flow/packets.ts';
import { watchHarness } from '../../session/problems.ts';
import { client, connection, open, server } from './conversation.ts';

describe('answer-lost', () => {
  const names = namesOf(['web:eth0', 'host:veth1']);

  /** A SYN that both interfaces see, and its answer, which only these do. */
  function lost(answeredOn: readonly number[]) {
    const harness = new Harness();
    const say = connection(harness);
    for (const on of [0, 1]) say('>', SYN, { on, at: on / 1e5, again: on === 1 });
    for (const on of answeredOn) say('<', SYN | ACK, { on, at: 0.001 + (1 - on) / 1e5, again: on === 0 });
    harness.table.advance(2_000_000_000);
    return watchHarness(harness, names).look();
  }

  it('is found where the answer was seen on the last interface, and on no earlier one', () => {
    const [found] = lost([1]);
    expect(found).toMatchObject({ cause: 'answer-lost', severity: 'blocker' });
    expect(found?.summary).toContain('last seen at host:veth1 and did not reach web:eth0');
  });

  it('is none where it came all the way', () => {
    expect(lost([1, 0]).map(({ cause }) => cause)).not.toContain('answer-lost');
  });
});

describe('handshake-incomplete', () => {
  /** A server that answers so many times, and a client that does not go on, or does. */
  function halfOpen(answers: number, completed = false) {
    const harness = new Harness();
    const say = connection(harness);
    say('>', SYN);
    for (let number = 0; number < answers; number++)
      say('<', SYN | ACK, { at: 0.001 + number, again: number > 0 });
    if (completed) say('>', ACK, { at: answers });
    return watchHarness(harness).look();
  }

  it('is found where the server repeats its answer', () => {
    expect(halfOpen(3)).toMatchObject([
      { cause: 'handshake-incomplete', summary: expect.stringContaining('the SYN-ACK was sent 3 times') },
    ]);
  });

  it('is none of one answer, or where the client goes on in the end', () => {
    expect(halfOpen(1)).toEqual([]);
    expect(halfOpen(2, true).map(({ cause }) => cause)).not.toContain('handshake-incomplete');
  });
});

describe('what an ICMP error means', () => {
  const syn = ip(client, server, 6, tcp(40_000, 80, { flags: SYN, seq: 1 }));
  const query = ip(client, server, 17, udp(40_000, 53, new Uint8Array(20)));

  // RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1.
  it.each([
    ['a host that has no route', 0, syn, 'no-route'],
    ['a router that gets no ARP reply', 1, syn, 'arp-unanswered'],
    ['a rule that rejects TCP, by the word for ports', 3, syn, 'user-rule-drop'],
    ['a rule that forbids a network', 9, syn, 'user-rule-drop'],
    ['a rule that forbids a host', 10, syn, 'user-rule-drop'],
    ['a rule that forbids traffic', 13, syn, 'user-rule-drop'],
    ['a host without a socket of UDP', 3, query, 'not-listening'],
  ])('of %s', (_, code, packet, cause) => {
    const harness = new Harness();
    harness.send(ethernet(packet));
    const sender = cause === 'not-listening' ? server : '10.0.0.254';
    harness.send(ethernet(ip(sender, client, 1, icmp(3, code, 0, packet))), { at: 0.01 });
    expect(watchHarness(harness).look()).toMatchObject([{ cause, severity: 'blocker' }]);
  });

  it.each([
    ['no route', 1, 0, 'no-route'],
    ['a policy', 1, 1, 'user-rule-drop'],
    ['no neighbour', 1, 3, 'arp-unanswered'],
    ['a rule, by the word for ports', 1, 4, 'user-rule-drop'],
    ['a reject route', 1, 6, 'user-rule-drop'],
  ])('of IPv6: %s', (_, type, code, cause) => {
    const harness = new Harness();
    const packet = ip('2001:db8::1', '2001:db8::2', 6, tcp(40_000, 80, { flags: SYN, seq: 1 }));
    harness.send(ethernet(packet));
    const error = ip('2001:db8::fe', '2001:db8::1', 58, icmp(type, code, 0, packet));
    harness.send(ethernet(error), { at: 0.01 });
    expect(watchHarness(harness).look()).toMatchObject([{ cause }]);
  });
});

describe('many SYNs', () => {
  function knock(harness: Harness, from: string, sourcePort: number, at: number): void {
    const say = connection(harness, { from, sourcePort });
    say('>', SYN, { at });
    say('>', SYN, { at: at + 1, again: true });
  }

  it('of addresses without number are a flood', () => {
    const harness = new Harness();
    for (let number = 1; number <= 200; number++) knock(harness, `10.1.0.${number}`, 20_000, 0);
    const found = watchHarness(harness).look();
    const flood = found.find(({ cause }) => cause === 'syn-flood');
    expect(flood?.summary).toMatch(/gets SYNs from many addresses \(\d+\) that do not go on/);
    expect(flood).toMatchObject({ severity: 'warning', confidence: 'possible' });
  });

  it('of one client are none', () => {
    const harness = new Harness();
    for (let number = 1; number <= 200; number++) knock(harness, client, 20_000 + number, 0);
    expect(watchHarness(harness).look()).toMatchObject([{ cause: 'no-answer', count: 200 }]);
  });

  it('of a client that is answered on other connections may find a full accept queue', () => {
    const harness = new Harness();
    knock(harness, client, 20_000, 0);
    open(connection(harness, { sourcePort: 20_001 }), 0.5);
    const found = watchHarness(harness).look();
    expect(found).toMatchObject([
      { cause: 'accept-queue-full', severity: 'blocker', confidence: 'possible' },
    ]);
  });

  it('of a client that is refused on others do not', () => {
    const harness = new Harness();
    knock(harness, client, 20_000, 0);
    const say = connection(harness, { sourcePort: 20_001 });
    say('>', SYN, { at: 0.5 });
    say('<', RST | ACK, { at: 0.501 });
    const causes = watchHarness(harness)
      .look()
      .map(({ cause }) => cause);
    expect(causes).toContain('no-answer');
    expect(causes).not.toContain('accept-queue-full');
  });
});
