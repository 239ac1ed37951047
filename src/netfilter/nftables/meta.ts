/** `meta`: what the kernel knows of a packet besides its bytes (nft_meta.c). */
import type { Words } from '../address.ts';
import type { Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import type { DataType } from './datatypes.ts';
import { absent, type Expression, is, known, type Reading, unknown } from './reading.ts';

interface Key {
  readonly type: DataType;
  read(packet: Packet, environment: Environment): Reading;
}

function isMulticast(words: Words): boolean {
  const [first = 0] = words;
  return words.length === 1 ? first >>> 28 === 0xe : first >>> 24 === 0xff;
}

/** What the sender's socket would say: forwarded packets have none, which breaks off the rule. */
function ofSocket(what: string): Key['read'] {
  return (packet, { hook }) =>
    (hook === 'output' || hook === 'postrouting') && packet.in === ''
      ? unknown(`the ${what} of the sending program`)
      : hook === 'output' || hook === 'input'
        ? unknown(`the ${what} of the program`)
        : absent('the packet belongs to no socket of this namespace');
}

const keys: Readonly<Record<string, Key>> = {
  // Without a device the name is empty and the index 0 (nft_meta_store_ifname): a negated test matches.
  iifname: { type: 'ifname', read: (packet) => is(packet.in) },
  oifname: { type: 'ifname', read: (packet) => is(packet.out) },
  iif: { type: 'iface_index', read: (packet) => is(packet.in === '' ? '0' : packet.in) },
  oif: { type: 'iface_index', read: (packet) => is(packet.out === '' ? '0' : packet.out) },
  mark: { type: 'mark', read: (packet) => is(packet.mark) },
  l4proto: { type: 'inet_proto', read: (packet) => is(packet.protocol) },
  nfproto: { type: 'nf_proto', read: (packet) => is(packet.family === 'ip' ? 2 : 10) },
  protocol: { type: 'ethertype', read: (packet) => is(packet.family === 'ip' ? 0x0800 : 0x86dd) },
  length: { type: 'integer', read: (packet) => known(packet.length, 'length') },
  pkttype: {
    type: 'pkt_type',
    read(packet, environment) {
      // Packets that this namespace sends are PACKET_HOST, whatever their destination.
      if (packet.in === '' || packet.in === 'lo') return is(0);
      if (isMulticast(packet.destination)) return is(2);
      const broadcast =
        packet.family === 'ip' && environment.addressType(packet.destination, null) === 'broadcast';
      return is(broadcast ? 1 : 0);
    },
  },
  skuid: { type: 'integer', read: ofSocket('user') },
  skgid: { type: 'integer', read: ofSocket('group') },
  cgroup: { type: 'integer', read: ofSocket('control group') },
};

export function metaExpression(key: string, text: string): Expression {
  const found = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (found !== undefined) return { type: found.type, text, read: found.read };
  return { type: 'text', text, read: () => unknown(`${text} is not known`) };
}
