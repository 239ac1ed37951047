import { type Fields, hex } from '../fields.ts';

export function describeEthernet(fields: Fields, from: number): void {
  const destination = fields.mac('eth.dst', 'Destination', from);
  const source = fields.mac('eth.src', 'Source', from + 6);
  let type = 0;
  if (fields.has(from + 12, 2)) type = ((fields.bytes[from + 12] ?? 0) << 8) | (fields.bytes[from + 13] ?? 0);
  if (type > 1500) fields.number('eth.type', 'Type', from + 12, 2, hex(4));
  else fields.number('eth.len', 'Length', from + 12, 2);
  fields.title(`${type > 1500 ? 'Ethernet II' : 'IEEE 802.3 Ethernet'}, Src: ${source}, Dst: ${destination}`);
  fields.ends(source, destination);
  fields.summary(
    'Ethernet',
    type > 1500 ? `EtherType 0x${type.toString(16).padStart(4, '0')}` : `802.3, length ${type}`,
  );
}
