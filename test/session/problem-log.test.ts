import { describe, expect, it } from 'vitest';
import { Harness } from '../flow/harness.ts';
import { ACK, ethernet, icmp, ip, RST, SYN, tcp, text } from '../flow/packets.ts';
import { watchHarness } from './problems.ts';

const server = '10.0.0.9';

/** Another one for each connection: by equal ones they would be told to be the same packets, translated. */
function isnOf(client: string, port: number, to: number): number {
  return Number(client.split('.').at(-1)) * 10_000_000 + port * 100 + to * 7;
}

/** SYNs of one connection, a second apart. */
function knock(harness: Harness, client: string, port: number, to: number, at: number, tries = 2): void {
  for (let round = 0; round < tries; round++) {
    harness.send(
      ethernet(ip(client, server, 6, tcp(port, to, { flags: SYN, seq: isnOf(client, port, to) }))),
      {
        at: at + round,
      },
    );
  }
}

function answer(
  harness: Harness,
  client: string,
  port: number,
  from: number,
  flags: number,
  at: number,
): void {
  const segment = tcp(from, port, { flags, seq: 0, ack: isnOf(client, port, from) + 1 });
  harness.send(ethernet(ip(server, client, 6, segment)), { at });
}

describe('problems of a session', () => {
  it('are one for a thousand connections that knock at one dead server', () => {
    const harness = new Harness();
    for (let port = 20_000; port < 21_000; port++) knock(harness, '10.0.0.1', port, 3306, port / 1000);
    const [problem, ...others] = watchHarness(harness).look();
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      cause: 'no-answer',
      severity: 'blocker',
      count: 1000,
      from: { address: '10.0.0.1' },
      to: { address: server, port: 3306 },
    });
    // All are counted, the newest are known by their numbers.
    expect(problem?.connections).toHaveLength(500);
    expect(problem?.connections.at(-1)).toBe(1000);
  });

  it('count a connection once, however often it is looked at, and keep the times of all', () => {
    const harness = new Harness();
    const watch = watchHarness(harness);
    knock(harness, '10.0.0.1', 20_000, 3306, 0);
    expect(watch.look()).toMatchObject([{ count: 1 }]);
    const first = watch.look()[0];
    expect(watch.look()[0]).toBe(first);
    knock(harness, '10.0.0.1', 20_000, 3306, 3);
    expect(watch.look()).toMatchObject([{ id: 1, count: 1 }]);
    knock(harness, '10.0.0.1', 20_001, 3306, 9);
    const [grown] = watch.look();
    expect(grown).toMatchObject({ id: 1, count: 2, firstSeen: first?.firstSeen });
    expect(grown?.lastSeen.slice(17, 19)).toBe('15');
  });

  it('go away when the answer comes after all', () => {
    const harness = new Harness();
    const watch = watchHarness(harness);
    knock(harness, '10.0.0.1', 20_000, 3306, 0);
    expect(watch.look()).toHaveLength(1);
    answer(harness, '10.0.0.1', 20_000, 3306, SYN | ACK, 2);
    harness.send(
      ethernet(
        ip('10.0.0.1', server, 6, tcp(20_000, 3306, { seq: isnOf('10.0.0.1', 20_000, 3306) + 1, ack: 1 })),
      ),
      {
        at: 2.1,
      },
    );
    expect(watch.look()).toEqual([]);
  });

  it('stay apart by client, by server and by what happened, worst first', () => {
    const harness = new Harness();
    knock(harness, '10.0.0.1', 20_000, 3306, 0, 1);
    knock(harness, '10.0.0.2', 20_001, 3306, 0);
    knock(harness, '10.0.0.1', 20_002, 5432, 0, 1);
    answer(harness, '10.0.0.1', 20_002, 5432, RST | ACK, 0.001);
    // The one SYN has waited long enough.
    harness.table.advance(2_000_000_000);
    const found = watchHarness(harness).look();
    expect(found.map(({ cause, severity, from, to }) => [cause, severity, from.address, to.port])).toEqual([
      ['no-answer', 'blocker', '10.0.0.2', 3306],
      ['not-listening', 'blocker', '10.0.0.1', 5432],
      ['no-answer', 'warning', '10.0.0.1', 3306],
    ]);
  });

  it('hold a scan of ports, and one from everywhere, in few entries', () => {
    const harness = new Harness();
    for (let to = 1; to <= 600; to++) knock(harness, '10.0.0.1', 20_000, to, 0);
    for (let client = 1; client <= 200; client++) knock(harness, `10.1.0.${client + 1}`, 20_000, 80, 0);
    const found = watchHarness(harness).look();
    expect(found.length).toBeLessThan(60);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(800);
  });

  it('name the type and the code of an ICMP error, in words too', () => {
    const harness = new Harness();
    const syn = ip('10.0.0.1', server, 6, tcp(20_000, 3306, { flags: SYN, seq: 1 }));
    harness.send(ethernet(syn));
    harness.send(ethernet(ip('10.0.0.254', '10.0.0.1', 1, icmp(3, 13, 0, syn))), { at: 0.01 });
    expect(watchHarness(harness).look()).toMatchObject([
      {
        cause: 'user-rule-drop',
        summary: expect.stringContaining(
          '10.0.0.254 answers with ICMP "administratively prohibited" (type 3, code 13)',
        ),
      },
    ]);
  });

  it('say which side reset a connection, and after how long', () => {
    const harness = new Harness();
    knock(harness, '10.0.0.1', 20_000, 80, 0, 1);
    answer(harness, '10.0.0.1', 20_000, 80, SYN | ACK, 0.001);
    const data = tcp(20_000, 80, { seq: isnOf('10.0.0.1', 20_000, 80) + 1, ack: 1, payload: text('x') });
    harness.send(ethernet(ip('10.0.0.1', server, 6, data)), { at: 0.5 });
    harness.send(ethernet(ip(server, '10.0.0.1', 6, tcp(80, 20_000, { flags: RST, seq: 1 }))), { at: 1.5 });
    expect(watchHarness(harness).look()).toMatchObject([
      {
        cause: 'connection-reset',
        severity: 'warning',
        summary: expect.stringMatching(/the server, ends .* 1\.5 s after/),
      },
    ]);
  });
});
