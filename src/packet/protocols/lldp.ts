/** LLDP (IEEE 802.1AB): who is at the other end of the cable. */
import { u16 } from '../bytes.ts';
import type { Fields } from '../fields.ts';
import { defineProtocol } from '../protocol.ts';

const maxTlvs = 64;
const names = [
  'End of LLDPDU',
  'Chassis Id',
  'Port Id',
  'Time To Live',
  'Port Description',
  'System Name',
  'System Description',
  'Capabilities',
  'Management Address',
] as const;
/** Subtypes whose value is a MAC address: of the chassis 4, of the port 3. */
const macSubtype: Readonly<Record<number, number>> = { 1: 4, 2: 3 };
const textFields: Readonly<Record<number, string>> = {
  4: 'lldp.port.desc',
  5: 'lldp.tlv.system.name',
  6: 'lldp.tlv.system.desc',
};

export const lldp = defineProtocol({
  name: 'lldp',
  etherTypes: [0x88cc],
  step: () => null,
  describe: (fields, from) => {
    const said: string[] = [];
    let at = from;
    for (let count = 0; count < maxTlvs && fields.has(at, 2); count++) {
      const start = at;
      const type = u16(fields.bytes, start) >> 9;
      const length = u16(fields.bytes, start) & 0x1ff;
      fields.group('lldp.tlv', start, 2 + length, () => {
        fields.bits('lldp.tlv.type', 'TLV Type', start, 2, 0xfe00);
        fields.bits('lldp.tlv.len', 'TLV Length', start, 2, 0x01ff);
        const value = describeValue(fields, type, start + 2, length);
        if (value !== '' && type <= 5) said.push(`${type === 5 ? 'SysN' : names[type]}=${value}`);
        return `${names[type] ?? `Type ${type}`}${value === '' ? '' : ` = ${value}`}`;
      });
      if (type === 0) break;
      at += 2 + length;
    }
    fields.title('Link Layer Discovery Protocol');
    fields.summary('LLDP', said.join(' '));
  },
});

function describeValue(fields: Fields, type: number, at: number, length: number): string {
  if (type === 1 || type === 2) {
    const prefix = type === 1 ? 'lldp.chassis' : 'lldp.port';
    const subtype = fields.number(`${prefix}.subtype`, 'Subtype', at, 1);
    if (subtype === macSubtype[type] && length === 7) return fields.mac(`${prefix}.id.mac`, 'Id', at + 1);
    return fields.text(`${prefix}.id`, 'Id', at + 1, length - 1);
  }
  if (type === 3) return `${fields.number('lldp.time_to_live', 'Seconds', at, 2)}`;
  const name = textFields[type];
  if (name !== undefined) return fields.text(name, names[type] ?? '', at, length);
  if (length > 0) fields.raw('lldp.unknown_subtype.content', 'Value', at, length);
  return '';
}
