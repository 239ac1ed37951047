import { type Fields, hex } from '../fields.ts';

const types: Readonly<Record<number, string>> = {
  1: 'Destination Unreachable',
  2: 'Packet Too Big',
  3: 'Time Exceeded',
  4: 'Parameter Problem',
  128: 'Echo (ping) request',
  129: 'Echo (ping) reply',
  130: 'Multicast Listener Query',
  131: 'Multicast Listener Report',
  132: 'Multicast Listener Done',
  133: 'Router Solicitation',
  134: 'Router Advertisement',
  135: 'Neighbor Solicitation',
  136: 'Neighbor Advertisement',
  137: 'Redirect',
  143: 'Multicast Listener Report Message v2',
  160: 'Extended Echo request',
  161: 'Extended Echo reply',
};

/** RFC 4443 3.1. */
const unreachable = [
  'no route to destination',
  'Administratively prohibited',
  'Beyond scope of source address',
  'Address unreachable',
  'Port unreachable',
  'Source address failed ingress/egress policy',
  'Reject route to destination',
] as const;

const routerAdvertisement = 134;
const neighbourSolicitation = 135;
const neighbourAdvertisement = 136;
const redirect = 137;
const firstInformational = 128;
const echoes = new Set([128, 129, 160, 161]);
const listeners = new Set([130, 131, 132]);
const maxOptions = 64;

export function describeIcmpv6(fields: Fields, from: number): void {
  const type = fields.number(
    'icmpv6.type',
    'Type',
    from,
    1,
    (value) => `${types[value] ?? 'unknown'} (${value})`,
  );
  const code = fields.number('icmpv6.code', 'Code', from + 1, 1);
  fields.number('icmpv6.checksum', 'Checksum', from + 2, 2, hex(4));
  fields.title('Internet Control Message Protocol v6');
  let info = types[type] ?? `Type ${type}`;
  if (type === 1) info += ` (${unreachable[code] ?? `code ${code}`})`;
  if (type === 2) info += ` MTU ${fields.number('icmpv6.mtu', 'MTU', from + 4, 4)}`;
  if (echoes.has(type)) {
    const id = fields.number('icmpv6.echo.identifier', 'Identifier', from + 4, 2, hex(4));
    const sequence = fields.number('icmpv6.echo.sequence_number', 'Sequence', from + 6, type > 159 ? 1 : 2);
    info += ` id=${hex(4)(id)}, seq=${sequence}`;
  }
  if (listeners.has(type))
    info += ` ${fields.ipv6('icmpv6.mld.multicast_address', 'Multicast Address', from + 8)}`;
  info += describeNeighbourDiscovery(fields, from, type);
  fields.summary('ICMPv6', info);
  if (type < firstInformational) fields.context.quote?.(fields, from + 8);
}

/** RFC 4861. */
function describeNeighbourDiscovery(fields: Fields, from: number, type: number): string {
  if (type === neighbourSolicitation) {
    const target = fields.ipv6('icmpv6.nd.ns.target_address', 'Target Address', from + 8);
    return ` for ${target}${describeOptions(fields, from + 24)}`;
  }
  if (type === neighbourAdvertisement) {
    const router = fields.flag('icmpv6.nd.na.flag.r', 'Router', from + 4, 4, 0x80000000);
    const solicited = fields.flag('icmpv6.nd.na.flag.s', 'Solicited', from + 4, 4, 0x40000000);
    const override = fields.flag('icmpv6.nd.na.flag.o', 'Override', from + 4, 4, 0x20000000);
    const target = fields.ipv6('icmpv6.nd.na.target_address', 'Target Address', from + 8);
    const marks = [router ? 'rtr' : '', solicited ? 'sol' : '', override ? 'ovr' : ''].filter(
      (mark) => mark !== '',
    );
    return ` ${target} (${marks.join(', ')})${describeOptions(fields, from + 24)}`;
  }
  if (type === routerAdvertisement) {
    fields.number('icmpv6.nd.ra.cur_hop_limit', 'Cur hop limit', from + 4, 1);
    fields.number('icmpv6.nd.ra.flag', 'Flags', from + 5, 1, hex(2));
    fields.number('icmpv6.nd.ra.router_lifetime', 'Router lifetime (s)', from + 6, 2);
    fields.number('icmpv6.nd.ra.reachable_time', 'Reachable time (ms)', from + 8, 4);
    fields.number('icmpv6.nd.ra.retrans_timer', 'Retrans timer (ms)', from + 12, 4);
    return describeOptions(fields, from + 16);
  }
  if (type === redirect) {
    const target = fields.ipv6('icmpv6.rd.na.target_address', 'Target Address', from + 8);
    const destination = fields.ipv6('icmpv6.rd.na.destination_address', 'Destination Address', from + 24);
    return ` is at ${target} for ${destination}${describeOptions(fields, from + 40)}`;
  }
  if (type === 133) return describeOptions(fields, from + 8);
  return '';
}

const linkLayer = new Set([1, 2]);

function describeOptions(fields: Fields, from: number): string {
  let info = '';
  let at = from;
  for (let count = 0; count < maxOptions && fields.has(at, 2); count++) {
    const start = at;
    const type = fields.bytes[start] ?? 0;
    const length = (fields.bytes[start + 1] ?? 0) * 8;
    if (length === 0) break;
    fields.group('icmpv6.opt', start, length, () => {
      fields.number('icmpv6.opt.type', 'Type', start, 1);
      fields.number('icmpv6.opt.length', 'Length', start + 1, 1);
      if (linkLayer.has(type)) {
        const address = fields.mac('icmpv6.opt.linkaddr', 'Link-layer address', start + 2);
        if (address !== '') info = ` ${type === 1 ? 'from' : 'is at'} ${address}`;
      }
      if (type === 3) {
        fields.number('icmpv6.opt.prefix.length', 'Prefix Length', start + 2, 1);
        fields.ipv6('icmpv6.opt.prefix', 'Prefix', start + 16);
      }
      if (type === 5) fields.number('icmpv6.opt.mtu', 'MTU', start + 4, 4);
      return `ICMPv6 Option (type ${type})`;
    });
    at += length;
  }
  return info;
}
