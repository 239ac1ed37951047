import { execFileSync } from 'node:child_process';
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hardwareAddress, ipAddress } from '../../src/host/inet.ts';
import { hasTool, required } from './support.ts';

it('prints IPv6 addresses in the shortest form (RFC 5952)', () => {
  const word = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(
    fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
      const bytes = Buffer.alloc(16);
      for (const [index, value] of words.entries()) bytes.writeUInt16BE(value, index * 2);
      const text = ipAddress(bytes, 0, 16) ?? '';
      expect(isIPv6(text)).toBe(true);
      // The URL parser of Node prints the same form, but for the dotted one.
      if (!text.includes('.')) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      else
        expect(new URL(`http://[${text}]/`).hostname).toBe(
          new URL(`http://[${words.map((value) => value.toString(16)).join(':')}]/`).hostname,
        );
    }),
  );
});

it.skipIf(!hasTool('python3') && !required)('prints what python’s inet_ntop prints (needs python3)', () => {
  const samples = [
    '::',
    '::1',
    'fe80::1',
    '1::',
    '0:1::',
    '1:0:0:2:0:0:0:3',
    '1:0:2:3:4:5:6:7',
    '::ffff:192.0.2.1',
    '::192.0.2.1',
    'ff02::1:ff00:1',
    '2001:db8::',
  ];
  const program =
    'import socket,sys\nfor a in sys.argv[1:]: print(socket.inet_pton(socket.AF_INET6,a).hex(), socket.inet_ntop(socket.AF_INET6,socket.inet_pton(socket.AF_INET6,a)))';
  const lines = execFileSync('python3', ['-c', program, ...samples], { encoding: 'utf8' })
    .trim()
    .split('\n');
  for (const line of lines) {
    const [hex = '', text] = line.split(' ');
    expect(ipAddress(Buffer.from(hex, 'hex'), 0, 16)).toBe(text);
  }
});

it('prints IPv4 and link-layer addresses', () => {
  expect(ipAddress(Buffer.from([192, 0, 2, 1]), 0, 4)).toBe('192.0.2.1');
  expect(ipAddress(Buffer.alloc(5), 0, 5)).toBeUndefined();
  expect(hardwareAddress(Buffer.from([2, 0, 0xab, 0xc, 0, 1]), 0, 6)).toBe('02:00:ab:0c:00:01');
  expect(hardwareAddress(Buffer.alloc(0), 0, 0)).toBe('');
});
