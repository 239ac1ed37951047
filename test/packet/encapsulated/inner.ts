/** The packet that is behind every link type and in every tunnel. */
import { bytes, ethernet, ipv4, ipv6, udp } from '../build.ts';

export const innerSource = '192.168.7.1';
export const innerDestination = '192.168.7.2';
export const innerPort = 5000;

export const datagram = udp(innerPort, 6000, bytes('68656c6c6f20776f726c64'));
export const packet = ipv4(17, datagram, { source: 'c0a80701', destination: 'c0a80702' });
export const innerFrame = ethernet(0x0800, packet, '020000000012', '020000000011');
export const packet6 = ipv6(17, datagram, 0x71, 0x72);

export interface Case {
  readonly name: string;
  readonly linkType: number;
  readonly frame: Uint8Array;
  readonly vlans?: readonly number[];
  /** Kinds and ids of the tunnels, outermost first. */
  readonly tunnels?: readonly string[];
  /** False where tshark 4.0 does not go in by itself. */
  readonly tshark?: boolean;
  readonly family?: 4 | 6;
}

export const snap = 'aaaa03000000 0800';
export function over(protocol: number, payload: Uint8Array): Uint8Array {
  return ethernet(0x0800, ipv4(protocol, payload));
}

export function overUdp(port: number, payload: Uint8Array): Uint8Array {
  return over(17, udp(40000, port, payload));
}

export const ppp = bytes('ff03 0021', packet);
export const macs = '020000000012 020000000011';
