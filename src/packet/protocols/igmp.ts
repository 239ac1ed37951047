/** IGMP (RFC 1112, 2236, 3376). */
import { nibble } from '../bytes.ts';
import { kindNumber } from '../encapsulations.ts';
import { nextIpVersion } from '../next.ts';
import { defineProtocol, type Protocol } from '../protocol.ts';
import type { Walk } from '../walk.ts';

const kind = kindNumber('pim-register');

const types: Readonly<Record<number, string>> = {
  17: 'Membership Query',
  18: 'IGMPv1 Membership Report',
  22: 'IGMPv2 Membership Report',
  23: 'Leave Group',
  34: 'IGMPv3 Membership Report',
};

const pimRegister = { type: 0x14, code: 1, version: 1 } as const;
const pimHeaderLength = 8;

/** PIM version 1 lives under IGMP; its Register carries a packet. */
function step(walk: Walk): Protocol | null {
  const { buffer, offset } = walk;
  if (walk.available < pimHeaderLength || buffer[offset] !== pimRegister.type) return null;
  if (buffer[offset + 1] !== pimRegister.code || nibble(buffer, offset + 4) !== pimRegister.version)
    return null;
  walk.offset = offset + pimHeaderLength;
  const next = nextIpVersion(walk);
  if (next === null) walk.offset = offset;
  else walk.tunnel(kind, -1);
  return next;
}

export const igmp = defineProtocol({
  name: 'igmp',
  ipProtocols: [2],
  step,
  describe: (fields, from) => {
    const type = fields.number(
      'igmp.type',
      'Type',
      from,
      1,
      (value) => types[value] ?? `0x${value.toString(16)}`,
    );
    if (type === 17 && fields.has(from + 8, 1)) {
      const code = fields.bytes[from + 1] ?? 0;
      fields.note('igmp.max_resp', `Max Resp Time: ${maxResponse(code)}`, maxResponse(code), from + 1, 1);
    } else {
      fields.number('igmp.max_resp', 'Max Resp Time', from + 1, 1);
    }
    fields.number(
      'igmp.checksum',
      'Checksum',
      from + 2,
      2,
      (value) => `0x${value.toString(16).padStart(4, '0')}`,
    );
    let group = '';
    if (type === 34) {
      fields.number('igmp.num_grp_recs', 'Num Group Records', from + 6, 2);
    } else {
      group = fields.ipv4('igmp.maddr', 'Multicast Address', from + 4);
    }
    fields.title('Internet Group Management Protocol');
    fields.summary('IGMP', `${types[type] ?? `type ${type}`}${group === '' ? '' : ` ${group}`}`);
  },
});

/** IGMPv3's code: from 128 on a floating point number of 3 bits exponent, 4 of mantissa (RFC 3376 4.1.1). */
function maxResponse(code: number): number {
  return code < 128 ? code : ((code & 0xf) | 0x10) << (((code >> 4) & 7) + 3);
}
