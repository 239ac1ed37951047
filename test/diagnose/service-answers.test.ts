/** The first octets of real servers, as they sent them. */
import { describe, expect, it } from 'vitest';
import { readRefusal } from '../../src/diagnose/causes/service-answers.ts';
import { dnsQuery, readDnsReply } from '../../src/diagnose/dns-message.ts';

function mysqlError(code: number, text: string): Uint8Array {
  const body = Buffer.from(text, 'latin1');
  const head = Buffer.from([body.length + 3, 0, 0, 0, 0xff, code & 255, code >> 8]);
  return Buffer.concat([head, body]);
}

function postgresError(fields: Readonly<Record<string, string>>): Uint8Array {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([type, text]) => `${type}${text}\0`)
      .join('')}\0`,
  );
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

describe('refusals of services', () => {
  it('reads the ERR packet of MySQL and MariaDB', () => {
    const denied = readRefusal(mysqlError(1130, "Host '172.30.0.3' is not allowed to connect"));
    expect(denied).toMatchObject({ cause: 'db-access-denied', code: '1130' });
    expect(readRefusal(mysqlError(1040, '#08004Too many connections'))).toEqual({
      cause: 'db-too-many-connections',
      server: 'MySQL',
      code: '1040',
      text: 'Too many connections',
    });
  });

  it('reads the ErrorResponse of PostgreSQL, and leaves out that the role of the probe is not known', () => {
    const entry = { S: 'FATAL', C: '28000', M: 'no pg_hba.conf entry for host "172.30.0.3"' };
    expect(readRefusal(postgresError(entry))).toMatchObject({ cause: 'db-access-denied', code: '28000' });
    expect(readRefusal(postgresError({ ...entry, M: 'role "netscope" does not exist' }))).toBeNull();
    expect(readRefusal(postgresError({ C: '53300', M: 'too many clients' }))?.cause).toBe(
      'db-too-many-connections',
    );
  });

  it('reads the errors of Redis', () => {
    expect(readRefusal(Buffer.from('-DENIED Redis is running in protected mode\r\n'))?.code).toBe('DENIED');
    expect(readRefusal(Buffer.from('-NOAUTH Authentication required.\r\n'))?.cause).toBe('db-access-denied');
    expect(readRefusal(Buffer.from('-ERR max number of clients reached\r\n'))?.cause).toBe(
      'db-too-many-connections',
    );
  });

  it.each([
    ['+PONG\r\n'],
    ['HTTP/1.1 400 Bad Request\r\n'],
    ['SSH-2.0-OpenSSH\r\n'],
    [''],
    ['EHLO'],
    ['-ERR unknown command\r\n'],
  ])('takes %j for no refusal', (text) => {
    expect(readRefusal(Buffer.from(text))).toBeNull();
  });

  it('stays within octets that are cut anywhere', () => {
    const whole = postgresError({ S: 'FATAL', C: '28000', M: 'no pg_hba.conf entry' });
    for (let length = 0; length <= whole.length; length++)
      expect(() => readRefusal(whole.subarray(0, length))).not.toThrow();
  });
});

describe('DNS messages', () => {
  it('asks for a name and reads the addresses of the answer', () => {
    const query = dnsQuery('db.example', 0x1234);
    expect(Buffer.from(query).toString('hex')).toBe(
      '123401000001000000000000026462076578616d706c650000010001',
    );
    const answer = Buffer.concat([query, Buffer.from('c00c0001000100000258' + '0004ac1e0002', 'hex')]);
    answer.writeUInt16BE(0x8180, 2);
    answer.writeUInt16BE(1, 6);
    expect(readDnsReply(answer, 0x1234)).toEqual({ code: 0, addresses: ['172.30.0.2'] });
    expect(readDnsReply(answer, 1)).toBeNull();
    for (let length = 0; length < answer.length; length++) readDnsReply(answer.subarray(0, length), 0x1234);
  });
});
