/** What packets alone prove, from conversations that are spoken as real servers speak. */
import { describe, expect, it } from 'vitest';
import { blackHole, type Segment } from '../../src/diagnose/traffic/black-hole.ts';
import { NeighbourRequests } from '../../src/flow/neighbour-requests.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';
import { Harness, start } from '../flow/harness.ts';
import { ACK, address, concat, ethernet, FIN, ip, mac, SYN, tcp, text } from '../flow/packets.ts';
import { watchHarness } from '../session/problems.ts';

const client = '10.0.0.1';
const server = '10.0.0.2';

type Said = readonly ['>' | '<', Uint8Array];

/** A connection to `port` whose sides say these things in turn, and which both end. */
function problemsOf(port: number, ...says: readonly Said[]) {
  const harness = new Harness();
  const next = { '>': 1000, '<': 5000 };
  const send = (who: '>' | '<', flags: number, payload: Uint8Array = new Uint8Array(0)) => {
    const isClient = who === '>';
    const [from, to] = isClient ? [client, server] : [server, client];
    const [source, destination] = isClient ? [40_000, port] : [port, 40_000];
    const ack = next[isClient ? '<' : '>'];
    harness.send(
      ethernet(ip(from, to, 6, tcp(source, destination, { flags, seq: next[who], ack, payload }))),
    );
    next[who] += payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };
  send('>', SYN);
  send('<', SYN | ACK);
  send('>', ACK);
  for (const [who, payload] of says) send(who, ACK, payload);
  send('<', FIN | ACK);
  send('>', FIN | ACK);
  send('<', ACK);
  return watchHarness(harness).look();
}

const hex = (value: string) => Uint8Array.from(Buffer.from(value.replaceAll(' ', ''), 'hex'));
const hello = hex(`16 0301 0030 01 00002c 0303 ${'00'.repeat(42)}`);
const get: Said = ['>', text('GET / HTTP/1.1\r\nHost: web\r\n\r\n')];
const command: Said = ['>', text('*1\r\n$4\r\nPING\r\n')];

function mysqlError(code: number, message: string): Uint8Array {
  const body = concat(Uint8Array.of(0xff, code & 255, code >> 8), text(message));
  return concat(Uint8Array.of(body.length, 0, 0, 0), body);
}

function postgresError(code: string, message: string): Uint8Array {
  const fields = text(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  return concat(hex('45 000000'), Uint8Array.of(fields.length + 4), fields);
}

/** An OP_MSG reply of `{ ok: 0, errmsg, code }`. */
function mongoError(code: number, message: string): Uint8Array {
  const string = concat(
    hex('02'),
    text('errmsg\0'),
    Uint8Array.of(message.length + 1, 0, 0, 0),
    text(`${message}\0`),
  );
  const number = concat(hex('10'), text('code\0'), Uint8Array.of(code, 0, 0, 0));
  const elements = concat(hex('01'), text('ok\0'), new Uint8Array(8), string, number, hex('00'));
  const document = concat(Uint8Array.of(elements.length + 4, 0, 0, 0), elements);
  const head = concat(hex('07000000 01000000 dd070000 00000000 00'));
  return concat(Uint8Array.of(head.length + document.length + 4, 0, 0, 0), head, document);
}

const startup: Said = [
  '>',
  concat(hex('00000029 00030000'), text('user\0bob\0database\0shop\0application\0x\0\0')),
];

describe('a service that refuses', () => {
  it.each([
    [
      'postgresql',
      5432,
      [startup, ['<', postgresError('28P01', 'password authentication failed')]],
      'db-access-denied',
      'PostgreSQL 28P01: password',
    ],
    [
      'postgresql',
      5432,
      [startup, ['<', postgresError('3D000', 'database "x" does not exist')]],
      'db-access-denied',
      '3D000',
    ],
    [
      'postgresql',
      5432,
      [startup, ['<', postgresError('53300', 'sorry, too many clients')]],
      'db-too-many-connections',
      '53300',
    ],
    [
      'mysql',
      3306,
      [['<', mysqlError(1130, "Host '10.0.0.1' is not allowed")]],
      'db-access-denied',
      'MySQL 1130: Host',
    ],
    ['mysql', 3306, [['<', mysqlError(1040, 'Too many connections')]], 'db-too-many-connections', '1040'],
    [
      'redis',
      6379,
      [command, ['<', text('-NOAUTH Authentication required.\r\n')]],
      'db-access-denied',
      'Redis NOAUTH: Authentication',
    ],
    [
      'redis',
      6379,
      [['<', text('-DENIED Redis is running in protected mode\r\n')]],
      'db-access-denied',
      'Redis DENIED: Redis',
    ],
    [
      'redis',
      6379,
      [['<', text('-ERR max number of clients reached\r\n')]],
      'db-too-many-connections',
      'max clients',
    ],
    [
      'mongodb',
      27_017,
      [
        ['>', mongoError(0, '')],
        ['<', mongoError(18, 'Authentication failed.')],
      ],
      'db-access-denied',
      'MongoDB 18: Authentication',
    ],
    [
      'memcached',
      11_211,
      [
        ['>', text('get a\r\n')],
        ['<', text('ERROR Too many open connections\r\n')],
      ],
      'db-too-many-connections',
      'Memcached max',
    ],
  ] as const)('%s on port %i is named with its code: %s', (_, port, says, cause, said) => {
    expect(problemsOf(port, ...says)).toMatchObject([
      { cause, severity: 'blocker', to: { port }, summary: expect.stringContaining(said) },
    ]);
  });

  it('is worth knowing only, where it is HTTP', () => {
    const failed = problemsOf(80, get, ['<', text('HTTP/1.1 502 Bad Gateway\r\n\r\n')]);
    expect(failed).toMatchObject([{ cause: 'http-error', severity: 'info' }]);
    expect(problemsOf(80, get, ['<', text('HTTP/1.1 200 OK\r\n\r\n')])).toEqual([]);
  });
});

describe('TLS and plain text', () => {
  it.each([
    [
      'TLS to a server that greets',
      22,
      [
        ['>', hello],
        ['<', text('SSH-2.0-x\r\n')],
      ],
    ],
    [
      'TLS to a plain web server',
      80,
      [
        ['>', hello],
        ['<', text('HTTP/1.1 400 Bad Request\r\n\r\n')],
      ],
    ],
    ['plain HTTP to TLS, which sends an alert', 443, [get, ['<', hex('15 0303 0002 02 46')]]],
    [
      'plain HTTP to TLS, which explains it',
      443,
      [get, ['<', text('HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port')]],
    ],
    ['plain RESP to TLS', 6379, [command, ['<', hex('15 0303 0002 02 46')]]],
  ] as const)('are told apart: %s', (_, port, says) => {
    expect(problemsOf(port, ...says)).toMatchObject([
      { cause: 'tls-mismatch', severity: 'blocker', confidence: 'certain' },
    ]);
  });

  it('may be what a server without a word means', () => {
    expect(problemsOf(6379, ['>', hello])).toMatchObject([
      { cause: 'tls-mismatch', severity: 'warning', confidence: 'possible' },
    ]);
  });

  it('are no trouble where both speak TLS', () => {
    const answer = hex(`16 0303 0030 02 00002c 0303 ${'00'.repeat(42)}`);
    expect(problemsOf(443, ['>', hello], ['<', answer], ['<', hex('17 0303 0001 00')])).toEqual([]);
  });

  it('name who gave up the handshake, and why', () => {
    const answer = hex(`16 0303 0030 02 00002c 0303 ${'00'.repeat(42)}`);
    const given = problemsOf(443, ['>', hello], ['<', answer], ['>', hex('15 0303 0002 02 30')]);
    expect(given).toMatchObject([
      { cause: 'tls-mismatch', summary: expect.stringContaining('client: fatal unknown ca (alert 48)') },
    ]);
  });
});

describe('segments that never arrive', () => {
  const again = (sequence: number, length: number): Segment => ({
    fromSource: true,
    sequence,
    length,
    acknowledgment: 1,
    isAgain: true,
  });
  const acks = (acknowledgment: number): Segment => ({
    fromSource: false,
    sequence: 1,
    length: 0,
    acknowledgment,
    isAgain: false,
  });

  it('are a black hole when they are large, and sent again and again', () => {
    expect(blackHole([again(100, 1460), acks(100), again(100, 1460), again(100, 1460)])).toBe(1460);
  });

  it('are none when they are small, arrive in the end, or are lost here and there', () => {
    expect(blackHole([again(100, 60), again(100, 60), again(100, 60)])).toBeNull();
    expect(blackHole([again(100, 1460), again(100, 1460), again(100, 1460), acks(1560)])).toBeNull();
    expect(blackHole([again(100, 1460), again(1560, 1460), again(3020, 1460)])).toBeNull();
  });
});

describe('ARP requests', () => {
  const decoder = createDecoder();
  const frame = createFrame();

  function arp(operation: 1 | 2, from: string, to: string): Uint8Array {
    const head = concat(mac(0xffff), mac(1), hex(`0806 0001 0800 06 04 000${operation}`));
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
