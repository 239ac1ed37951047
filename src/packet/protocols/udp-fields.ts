import { type Fields, hex } from '../fields.ts';

export function describeUdp(fields: Fields, from: number): void {
  const source = fields.number('udp.srcport', 'Source Port', from, 2);
  const destination = fields.number('udp.dstport', 'Destination Port', from + 2, 2);
  const length = fields.number('udp.length', 'Length', from + 4, 2);
  fields.number('udp.checksum', 'Checksum', from + 6, 2, hex(4));
  const payload = Math.max(0, length - 8);
  fields.title(`User Datagram Protocol, Src Port: ${source}, Dst Port: ${destination}`);
  fields.summary('UDP', `${source} → ${destination} Len=${payload}`);
}
