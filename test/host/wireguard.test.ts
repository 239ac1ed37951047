import { expect, it } from 'vitest';
import { attribute, u32 } from '../../src/host/ffi/attributes.ts';
import { WireguardDevice } from '../../src/host/wireguard.ts';

const secret = Buffer.alloc(32, 0xa5);
const preshared = Buffer.alloc(32, 0x5a);
const publicKey = Buffer.alloc(32, 1);
const peerKey = Buffer.alloc(32, 2);
const otherKey = Buffer.alloc(32, 3);

/** `linux/wireguard.h` numbers; NLA_F_NESTED is set on nests as the kernel sets it. */
const nest = (type: number, ...inner: Buffer[]) => attribute(type | 0x8000, Buffer.concat(inner));
const u16 = (value: number) => Buffer.from([value & 255, value >> 8]);

const allowed = (family: number, address: number[], prefix: number) =>
  nest(0, attribute(1, u16(family)), attribute(2, Buffer.from(address)), attribute(3, Buffer.from([prefix])));
const message = (...attributes: Buffer[]) => Buffer.concat([Buffer.from([0, 1, 0, 0]), ...attributes]);

function first(): Buffer {
  const handshake = Buffer.alloc(16);
  handshake.writeBigInt64LE(1_700_000_000n, 0);
  return message(
    attribute(1, u32(7)),
    attribute(2, Buffer.from('wg0\0')),
    attribute(3, secret),
    attribute(4, publicKey),
    attribute(6, u16(51820)),
    attribute(7, u32(0x33)),
    nest(
      8,
      nest(
        0,
        attribute(1, peerKey),
        attribute(2, preshared),
        attribute(4, Buffer.from([2, 0, 0xca, 0x6d, 203, 0, 113, 2, 0, 0, 0, 0, 0, 0, 0, 0])),
        attribute(5, u16(25)),
        attribute(6, handshake),
        nest(9, allowed(2, [10, 66, 0, 2], 32)),
      ),
    ),
  );
}

/** The kernel goes on with a peer in the next message, naming it again. */
function second(): Buffer {
  const six = Buffer.alloc(28);
  six.set([10, 0, 0xca, 0x6c]);
  six.set([0x20, 1, 0x0d, 0xb8], 8);
  six[23] = 9;
  return message(
    nest(
      8,
      nest(0, attribute(1, peerKey), nest(9, allowed(10, [0xfd, 0x66, ...Array(14).fill(0)], 64))),
      nest(
        1,
        attribute(1, otherKey),
        attribute(2, Buffer.alloc(32)),
        attribute(4, six),
        attribute(5, u16(0)),
      ),
    ),
  );
}

it('reads a WireGuard device and its peers, one of them in two messages', () => {
  const device = new WireguardDevice();
  for (const bytes of [first(), second()]) device.read(bytes, 0, bytes.length);
  expect(device.details()).toEqual({
    publicKey: publicKey.toString('base64'),
    listenPort: 51820,
    fwmark: '0x33',
    peers: [
      {
        publicKey: peerKey.toString('base64'),
        endpoint: '203.0.113.2:51821',
        persistentKeepalive: 25,
        lastHandshake: '2023-11-14T22:13:20.000Z',
        allowedIps: ['10.66.0.2/32', 'fd66::/64'],
      },
      { publicKey: otherKey.toString('base64'), endpoint: '[2001:db8::9]:51820', allowedIps: [] },
    ],
  });
});

it('keeps neither the private nor a preshared key of WireGuard, and wipes them where they arrived', () => {
  const device = new WireguardDevice();
  const bytes = first();
  device.read(bytes, 0, bytes.length);
  const told = JSON.stringify(device.details());
  for (const key of [secret, preshared]) {
    expect(told).not.toContain(key.toString('base64'));
    expect(told).not.toContain(key.toString('hex'));
    expect(bytes.includes(key)).toBe(false);
  }
});

it('reads a WireGuard message that was cut off at any byte', () => {
  const bytes = first();
  for (let end = 0; end < bytes.length; end++) {
    const device = new WireguardDevice();
    device.read(Buffer.from(bytes.subarray(0, end)), 0, end);
    expect(device.details()).toHaveProperty('peers');
  }
});
