/** `-m pkttype`: whether the frame was for this host, all, or a group (xt_pkttype.c). */
import { defineMatch, refuse } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { argument, find, type Negatable, printOption } from '../values.ts';

const names: Readonly<Record<string, string>> = {
  unicast: 'unicast',
  host: 'unicast',
  broadcast: 'broadcast',
  bcast: 'broadcast',
  multicast: 'multicast',
  mcast: 'multicast',
};

/** By the address: a frame's own kind is not part of a packet's description. */
function typeOf(packet: Packet, isBroadcast: boolean): string {
  const [first = 0] = packet.destination;
  const multicast = packet.family === 'ip' ? first >>> 28 === 0xe : first >>> 24 === 0xff;
  return multicast ? 'multicast' : isBroadcast ? 'broadcast' : 'unicast';
}

export const pkttype = defineMatch<Negatable<string>>({
  name: 'pkttype',
  options: [{ name: 'pkt-type', values: 1, negatable: true }],
  parse(options) {
    const use = find(options, 'pkt-type') ?? refuse('-m pkttype needs --pkt-type');
    const value = names[argument(use)] ?? refuse(`packet type "${argument(use)}" is not known`);
    return { value, invert: use.invert };
  },
  print: ({ value, invert }) => printOption('pkt-type', invert, value),
  evaluate({ value, invert }, packet, environment) {
    const broadcast =
      packet.family === 'ip' && environment.addressType(packet.destination, null) === 'broadcast';
    return (typeOf(packet, broadcast) === value) !== invert;
  },
  explain: ({ value, invert }) => `the packet is ${invert ? '' : 'not '}${value}`,
});
