/**
 * What a WireGuard device tells of itself: WG_CMD_GET_DEVICE of generic netlink (linux/wireguard.h). The kernel hands the
 * private and the preshared keys over as well: they are wiped where they arrive.
 */
import type { LinkState } from '../snapshot/schema.ts';
import { attribute, forEachAttribute, u32, unsigned } from './ffi/attributes.ts';
import { genericHeader, headerBytes, inGenericNetlink } from './generic-netlink.ts';
import { AF_INET, AF_INET6, ipAddress } from './inet.ts';

const WG_CMD_GET_DEVICE = 0;
const WGDEVICE_A_IFINDEX = 1;

interface Peer {
  readonly publicKey: string;
  endpoint?: string;
  /** Seconds. */
  persistentKeepalive?: number;
  /** ISO 8601; absent before the first. */
  lastHandshake?: string;
  readonly allowedIps: string[];
}

/** Fills in the details of the WireGuard devices among the links of the namespace that the thread is in. */
export function addWireguard(links: readonly LinkState[]): void {
  const devices = links.filter(({ kind }) => kind === 'wireguard');
  if (devices.length === 0) return;
  inGenericNetlink('wireguard', (socket, family) => {
    for (const { index, details } of devices) {
      const request = Buffer.concat([
        genericHeader(WG_CMD_GET_DEVICE),
        attribute(WGDEVICE_A_IFINDEX, u32(index)),
      ]);
      const device = new WireguardDevice();
      socket.dump(
        family,
        request,
        (type, buffer, start, end) => {
          if (type === family) device.read(buffer, start, end);
        },
        () => device.restart(),
      );
      Object.assign(details, device.details());
    }
  });
}

/** A device from the messages of its dump: peers with many allowed addresses go on in the next message. */
export class WireguardDevice {
  readonly #own: { publicKey?: string; listenPort?: number; fwmark?: string } = {};
  readonly #peers = new Map<string, Peer>();

  restart(): void {
    this.#peers.clear();
  }

  /** One message: struct genlmsghdr and WGDEVICE_A_*. Secrets in it are overwritten. */
  read(buffer: Buffer, start: number, end: number): void {
    forEachAttribute(buffer, start + headerBytes, end, (type, at, length) => {
      switch (type) {
        case 3: // WGDEVICE_A_PRIVATE_KEY
          buffer.fill(0, at, at + length);
          break;
        case 4: // WGDEVICE_A_PUBLIC_KEY
          this.#own.publicKey = buffer.toString('base64', at, at + length);
          break;
        case 6: // WGDEVICE_A_LISTEN_PORT
          this.#own.listenPort = unsigned(buffer, at, length);
          break;
        case 7: {
          // WGDEVICE_A_FWMARK, 0 for none
          const mark = unsigned(buffer, at, length);
          if (mark !== 0) this.#own.fwmark = `0x${mark.toString(16)}`;
          break;
        }
        case 8: // WGDEVICE_A_PEERS
          forEachAttribute(buffer, at, at + length, (_index, peerAt, peerLength) =>
            this.#readPeer(buffer, peerAt, peerAt + peerLength),
          );
          break;
      }
    });
  }

  details(): Record<string, unknown> {
    return { ...this.#own, peers: [...this.#peers.values()] };
  }

  /** WGPEER_A_*. */
  #readPeer(buffer: Buffer, start: number, end: number): void {
    let publicKey = '';
    const found: Partial<Peer> = {};
    const allowedIps: string[] = [];
    forEachAttribute(buffer, start, end, (type, at, length) => {
      switch (type) {
        case 1: // WGPEER_A_PUBLIC_KEY
          publicKey = buffer.toString('base64', at, at + length);
          break;
        case 2: // WGPEER_A_PRESHARED_KEY
          buffer.fill(0, at, at + length);
          break;
        case 4: {
          // WGPEER_A_ENDPOINT
          const endpoint = socketAddress(buffer, at, length);
          if (endpoint !== undefined) found.endpoint = endpoint;
          break;
        }
        case 5: {
          // WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, 0 for none
          const seconds = unsigned(buffer, at, length);
          if (seconds !== 0) found.persistentKeepalive = seconds;
          break;
        }
        case 6: {
          // WGPEER_A_LAST_HANDSHAKE_TIME: struct __kernel_timespec { s64 seconds, nanoseconds }
          const seconds = unsigned(buffer, at, Math.min(length, 8));
          if (seconds > 0 && seconds < 1e11) found.lastHandshake = new Date(seconds * 1000).toISOString();
          break;
        }
        case 9: // WGPEER_A_ALLOWEDIPS
          forEachAttribute(buffer, at, at + length, (_index, ipAt, ipLength) => {
            const prefix = allowedIp(buffer, ipAt, ipAt + ipLength);
            if (prefix !== undefined) allowedIps.push(prefix);
          });
          break;
      }
    });
    if (publicKey === '') return;
    const peer = this.#peers.get(publicKey) ?? { publicKey, allowedIps: [] };
    Object.assign(peer, found);
    peer.allowedIps.push(...allowedIps);
    this.#peers.set(publicKey, peer);
  }
}

/** struct sockaddr_in { u16 family; be16 port; 4 bytes } or sockaddr_in6 { ..., u32 flow, 16 bytes, u32 scope }. */
function socketAddress(buffer: Buffer, at: number, length: number): string | undefined {
  if (length < 8) return undefined;
  const family = buffer.readUInt16LE(at);
  const port = buffer.readUInt16BE(at + 2);
  if (family === AF_INET) return `${ipAddress(buffer, at + 4, 4)}:${port}`;
  return family === AF_INET6 && length >= 24 ? `[${ipAddress(buffer, at + 8, 16)}]:${port}` : undefined;
}

/** WGALLOWEDIP_A_IPADDR and WGALLOWEDIP_A_CIDR_MASK. */
function allowedIp(buffer: Buffer, start: number, end: number): string | undefined {
  let address: string | undefined;
  let prefixLength = 0;
  forEachAttribute(buffer, start, end, (type, at, length) => {
    if (type === 2) address = ipAddress(buffer, at, length);
    if (type === 3) prefixLength = unsigned(buffer, at, length);
  });
  return address === undefined ? undefined : `${address}/${prefixLength}`;
}
