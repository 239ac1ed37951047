import { describe, expect, it } from 'vitest';
import { ConnectionJoiner } from '../../src/flow/connections.ts';
import { Harness, noNames } from './harness.ts';
import { concat, ethernet, ip, tcp, text, udp } from './packets.ts';

const client = '10.0.0.1';
const server = '10.0.0.2';

/** A TCP connection to `port` whose sides say these things in turn; `>` from the client, `<` from the server. */
function session(port: number, ...says: readonly (readonly ['>' | '<', Uint8Array])[]): Harness {
  const harness = new Harness();
  const seq = { '>': 1000, '<': 5000 };
  harness.send(ethernet(ip(client, server, 6, tcp(40_000, port, { flags: 2, seq: 999 }))));
  harness.send(ethernet(ip(server, client, 6, tcp(port, 40_000, { flags: 18, seq: 4999, ack: 1000 }))));
  for (const [who, payload] of says) {
    const [from, to, ports] =
      who === '>' ? [client, server, [40_000, port] as const] : [server, client, [port, 40_000] as const];
    const ack = who === '>' ? seq['<'] : seq['>'];
    harness.send(ethernet(ip(from, to, 6, tcp(ports[0], ports[1], { seq: seq[who], ack, payload }))));
    seq[who] += payload.length;
  }
  return harness;
}

function hex(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value.replaceAll(' ', ''), 'hex'));
}

/** A DNS message for `db.example` with these flags. */
function dns(id: number, flags: number): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(1, 4);
  return concat(head, hex('02 6462 07 6578616d706c65 00 0001 0001'));
}

const query = (id: number) => ethernet(ip(client, server, 17, udp(40_000, 53, dns(id, 0x0100))));
const answer = (id: number, code: number) =>
  ethernet(ip(server, client, 17, udp(53, 40_000, dns(id, 0x8180 | code))));

const problem = (harness: Harness) => {
  const [connection] = new ConnectionJoiner(harness.table).join({ names: noNames, conntrack: [] });
  return connection?.problem;
};

describe('applications of flows', () => {
  it('are known by the first payload, on any port', () => {
    const harness = session(8080, ['>', text('GET / HTTP/1.1\r\nHost: web\r\n\r\n')]);
    expect(harness.flow().application).toBe('http');
    expect(session(8080, ['>', hex('00 01 02 03')]).flow().application).toBeNull();
  });

  it('of HTTP note the status of an answer that is an error', () => {
    const request = ['>', text('GET / HTTP/1.1\r\nHost: web\r\n\r\n')] as const;
    const failed = session(80, request, ['<', text('HTTP/1.1 503 Service Unavailable\r\n\r\n')]);
    expect(failed.flow().notes).toEqual(['http status 503 Service Unavailable']);
    expect(problem(failed)).toBe('http status 503 Service Unavailable');
    const fine = session(80, request, ['<', text('HTTP/1.1 200 OK\r\n\r\n')]);
    expect(fine.flow().notes).toEqual([]);
  });

  it('of TLS note a fatal alert', () => {
    const hello = hex('16 0301 0030 01 00002c 0303'.padEnd(100, '0'));
    const harness = session(443, ['>', hello], ['<', hex('15 0303 0002 02 28')]);
    expect(harness.flow()).toMatchObject({
      application: 'tls',
      notes: ['tls alert from the server: handshake failure'],
    });
  });

  it('of PostgreSQL note a refusal with its code', () => {
    const startup = concat(hex('00000029 00030000'), text('user\0bob\0database\0shop\0application\0x\0\0'));
    const fields = text('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "bob"\0\0');
    const error = concat(hex('45 000000'), Uint8Array.of(fields.length + 4), fields);
    const harness = session(5432, ['>', startup], ['<', error]);
    expect(harness.flow()).toMatchObject({
      application: 'postgresql',
      notes: ['postgresql FATAL 28P01: password authentication failed for user "bob"'],
    });
  });

  it('of MySQL note a refusal with its code', () => {
    const body = concat(
      hex('ff 6a04'),
      text("Host '10.0.0.1' is not allowed to connect to this MySQL server"),
    );
    const harness = session(3306, ['<', concat(Uint8Array.of(body.length, 0, 0, 0), body)]);
    expect(harness.flow()).toMatchObject({
      application: 'mysql',
      notes: ["mysql error 1130: Host '10.0.0.1' is not allowed to connect to this MySQL server"],
    });
  });

  it('of Redis note a refusal', () => {
    const ping = text('*1\r\n$4\r\nPING\r\n');
    const harness = session(6379, ['>', ping], ['<', text('-NOAUTH Authentication required.\r\n')]);
    expect(harness.flow().notes).toEqual(['redis error NOAUTH Authentication required.']);
    expect(problem(harness)).toBe('redis error NOAUTH Authentication required.');
  });

  it('never put control characters into a note', () => {
    const ping = text('*1\r\n$4\r\nPING\r\n');
    const harness = session(6379, ['>', ping], ['<', text('-ERR \u001b[2J\u0007\r\n')]);
    expect(harness.flow().notes).toEqual(['redis error ERR \\x1b[2J\\x07']);
  });
});

describe('DNS', () => {
  it('notes a name that does not exist', () => {
    const harness = new Harness();
    harness.send(query(1));
    harness.send(answer(1, 3));
    expect(harness.flow()).toMatchObject({
      application: 'dns',
      state: 'active',
      notes: ['dns: NXDOMAIN for db.example'],
    });
  });

  it('calls a flow of queries alone unanswered', () => {
    const harness = new Harness();
    harness.send(query(1));
    harness.table.finish();
    expect(harness.flow()).toMatchObject({ state: 'unanswered', notes: ['dns: no answer for db.example'] });
    expect(problem(harness)).toBe('no answer from 10.0.0.2:53 after 1 packet');
  });

  it('notes the one query of several that has no answer, also while the capture goes on', () => {
    const harness = new Harness();
    harness.send(query(1));
    harness.send(answer(1, 0));
    harness.send(query(2), { at: 1 });
    expect(harness.flow().notes).toEqual([]);
    harness.send(query(3), { at: 30 });
    harness.send(answer(3, 0), { at: 30 });
    expect(harness.flow().notes).toEqual(['dns: no answer for db.example']);
  });
});
