import { type Fields, hex } from '../fields.ts';
import { ipProtocolName } from './ip-protocol-names.ts';

export function describeIpv6(fields: Fields, from: number): void {
  fields.bits('ipv6.version', 'Version', from, 1, 0xf0);
  fields.bits('ipv6.tclass', 'Traffic Class', from, 4, 0x0ff00000, hex(2));
  fields.bits('ipv6.flow', 'Flow Label', from + 1, 3, 0x0fffff, hex(5));
  fields.number('ipv6.plen', 'Payload Length', from + 4, 2);
  const next = fields.number(
    'ipv6.nxt',
    'Next Header',
    from + 6,
    1,
    (value) => `${ipProtocolName(value)} (${value})`,
  );
  fields.number('ipv6.hlim', 'Hop Limit', from + 7, 1);
  const source = fields.ipv6('ipv6.src', 'Source Address', from + 8);
  const destination = fields.ipv6('ipv6.dst', 'Destination Address', from + 24);
  fields.title(`Internet Protocol Version 6, Src: ${source}, Dst: ${destination}`);
  fields.ends(source, destination);
  fields.summary('IPv6', `${ipProtocolName(next)} (${next})`);
}
