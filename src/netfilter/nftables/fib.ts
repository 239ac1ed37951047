/** `fib`: what the routing tables say of the packet's addresses (nft_fib_ipv4.c, nft_fib_ipv6.c). */
import type { Words } from '../address.ts';
import type { AddressType, Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { literal } from './datatypes.ts';
import { field, textOf, wordsOf } from './json.ts';
import { type Expression, is, type Reading, unknown } from './reading.ts';

/**
 * IPv6 addresses are looked up as routes, and the address itself tells multicast from unicast. With a device only that
 * device's own addresses are local; all others that have a route are unicast (__nft_fib6_eval_type).
 */
function typeOf6(address: Words, device: string | null, environment: Environment): AddressType {
  if (device !== null && environment.addressType(address, device) === 'local') return 'local';
  const type = environment.addressType(address, null);
  const reachable = type === 'unicast' || type === 'multicast' || (type === 'local' && device !== null);
  if (!reachable) return type;
  return (address[0] ?? 0) >>> 24 === 0xff ? 'multicast' : 'unicast';
}

function typeOf(address: Words, device: string | null, environment: Environment): AddressType {
  return address.length === 1
    ? environment.addressType(address, device)
    : typeOf6(address, device, environment);
}

export function fibExpression(body: unknown, text: string): Expression {
  const flags = new Set(wordsOf(field(body, 'flags')));
  const result = textOf(field(body, 'result')) ?? '';
  const source = flags.has('saddr');
  const deviceOf = (packet: Packet) => (flags.has('iif') ? packet.in : flags.has('oif') ? packet.out : null);
  if (result === 'type') {
    return {
      type: 'fib_addrtype',
      text,
      read(packet, environment) {
        const device = deviceOf(packet);
        const address = source ? packet.source : packet.destination;
        const type = typeOf(address, device === '' ? null : device, environment);
        return is(literal(type, 'fib_addrtype') ?? 1);
      },
    };
  }
  return { type: 'boolean', text, read: (packet, environment) => routeBack(packet, environment) };

  /** `fib saddr . iif oif missing`: 1 where a route leads back (by the same device), else 0. */
  function routeBack(packet: Packet, environment: Environment): Reading {
    if (!source) return unknown(`${text} is not known`);
    // A packet from the loopback device is not looked up.
    if (packet.in === 'lo') return is(1);
    const answer = environment.reversePath(packet, {
      loose: !flags.has('iif'),
      mark: flags.has('mark'),
      local: false,
    });
    return typeof answer === 'boolean' ? is(answer ? 1 : 0) : unknown(answer.unknown);
  }
}
