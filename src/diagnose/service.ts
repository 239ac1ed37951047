/** The socket at the end of the way. */
import { formatAddress } from '../netfilter/address.ts';
import type { Listener, NamespaceState } from '../snapshot/schema.ts';
import type { Service } from './evidence.ts';
import type { WayEnd } from './way.ts';

const embedded = '127.0.0.11';

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

/** A listener takes a packet to `address`: bound to it, to every address, or to IPv6's with IPv4 (v6only 0). */
export function takes({ address: bound, family, v6only }: Listener, address: string): boolean {
  const plainBound = bound.replace(/^::ffff:/, '');
  if (plainBound === address) return true;
  const v6 = address.includes(':');
  if (plainBound === '0.0.0.0') return !v6;
  return bound === '::' && (v6 || (family === 'ip6' && v6only !== true));
}

export function findService(end: WayEnd & { kind: 'delivered' }, protocol: 'tcp' | 'udp'): Service {
  const { namespace, packet } = end;
  return serviceAt(namespace, formatAddress(packet.destination), packet.destinationPort, protocol);
}

export function serviceAt(
  namespace: NamespaceState,
  address: string,
  port: number,
  protocol: 'tcp' | 'udp',
): Service {
  const own = namespace.listeners.filter((one) => one.protocol === protocol);
  const here = own.filter((one) => one.port === port);
  const listener = here.find((one) => takes(one, address)) ?? null;
  const others = own.filter(
    (one) => one.port !== port && one.address !== embedded && !isLoopback(one.address),
  );
  const base = { namespace, address, port, protocol, others };
  if (listener !== null) return { ...base, state: 'listening', listener };
  const elsewhere = here.find((one) => isLoopback(one.address)) ?? here[0] ?? null;
  if (elsewhere !== null) return { ...base, state: 'loopback-only', listener: elsewhere };
  return { ...base, state: 'nothing', listener: null };
}

export function listenerText({ protocol, address, port, processes }: Listener): string {
  const [process] = processes;
  const by = process === undefined ? '' : ` (${process.command}, pid ${process.pid})`;
  return `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}${by}`;
}

/** Whether as many connections wait as the kernel lets: one more than the backlog (sk_acceptq_is_full). */
export function isQueueFull({ listener, protocol }: Service): boolean {
  const { receiveQueue = 0, sendQueue = 0 } = listener ?? {};
  return protocol === 'tcp' && receiveQueue > 0 && receiveQueue > sendQueue;
}
