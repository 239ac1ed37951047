/** Services that refuse, from conversations that are spoken as real servers speak. */
import { describe, expect, it } from 'vitest';
import { Harness } from '../../flow/harness.ts';
import { ACK, concat, FIN, text } from '../../flow/packets.ts';
import { watchHarness } from '../../session/problems.ts';
import { connection, open, type Side } from './conversation.ts';

type Said = readonly [Side, Uint8Array];

/** A connection to `port` whose sides say these things in turn, and which both end. */
function problemsOf(port: number, ...says: readonly Said[]) {
  const harness = new Harness();
  const say = connection(harness, { port });
  open(say);
  for (const [who, payload] of says) say(who, ACK, { payload });
  say('<', FIN | ACK);
  say('>', FIN | ACK);
  say('<', ACK);
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
