/** TCP options: IANA "TCP Option Kind Numbers". */
import { u16, u32 } from '../bytes.ts';
import type { Fields } from '../fields.ts';

const names: Readonly<Record<number, string>> = {
  0: 'End of Option List (EOL)',
  1: 'No-Operation (NOP)',
  2: 'Maximum segment size',
  3: 'Window scale',
  4: 'SACK permitted',
  5: 'SACK',
  8: 'Timestamps',
  19: 'TCP MD5 signature',
  27: 'Quick-Start Response',
  28: 'User Timeout Option',
  29: 'TCP Authentication Option',
  30: 'Multipath TCP',
  34: 'TCP Fast Open',
  172: 'Accurate ECN Order 0',
  174: 'Accurate ECN Order 1',
  253: 'RFC3692-style Experiment 1',
  254: 'RFC3692-style Experiment 2',
};

const endOfOptions = 0;
const noOperation = 1;

/** Returns what the packet list's line says of them. */
export function describeTcpOptions(fields: Fields, from: number, end: number): string {
  let summary = '';
  fields.group('tcp.options', from, end - from, () => {
    let at = from;
    while (at < end) {
      const kind = fields.bytes[at] ?? 0;
      const length = kind <= noOperation ? 1 : (fields.bytes[at + 1] ?? 0);
      // A length that is too small or leads past the header ends the list (RFC 9293 MUST-7).
      if (length < 1 || (kind > noOperation && length < 2) || at + length > end) {
        fields.note('tcp.option_len', 'Option length is wrong', length, at, end - at);
        break;
      }
      summary += describeOption(fields, kind, at, length);
      if (kind === endOfOptions) break;
      at += length;
    }
    return `Options: (${end - from} bytes)`;
  });
  return summary;
}

function describeOption(fields: Fields, kind: number, at: number, length: number): string {
  const { bytes } = fields;
  const title = `TCP Option - ${names[kind] ?? `Unknown kind ${kind}`}`;
  let detail = '';
  let summary = '';
  fields.group(
    'tcp.option',
    at,
    length,
    () => {
      fields.number('tcp.option_kind', 'Kind', at, 1);
      if (kind > noOperation) fields.number('tcp.option_len', 'Length', at + 1, 1);
      if (kind === 2 && length === 4) {
        detail = `${fields.number('tcp.options.mss_val', 'MSS Value', at + 2, 2)} bytes`;
        summary = ` MSS=${u16(bytes, at + 2)}`;
      } else if (kind === 3 && length === 3) {
        const shift = fields.number('tcp.options.wscale.shift', 'Shift count', at + 2, 1);
        detail = `${shift} (multiply by ${2 ** Math.min(shift, 14)})`;
        summary = ` WS=${2 ** Math.min(shift, 14)}`;
      } else if (kind === 4) {
        summary = ' SACK_PERM';
      } else if (kind === 5) {
        const ranges: string[] = [];
        for (let edge = at + 2; edge + 8 <= at + length; edge += 8) {
          const left = fields.number('tcp.options.sack_le', 'Left edge', edge, 4);
          ranges.push(`${left}-${fields.number('tcp.options.sack_re', 'Right edge', edge + 4, 4)}`);
        }
        detail = ranges.join(' ');
        for (let edge = at + 2; edge + 8 <= at + length; edge += 8) {
          summary += ` SLE=${u32(bytes, edge)} SRE=${u32(bytes, edge + 4)}`;
        }
      } else if (kind === 8 && length === 10) {
        const value = fields.number('tcp.options.timestamp.tsval', 'Timestamp value', at + 2, 4);
        const echo = fields.number('tcp.options.timestamp.tsecr', 'Timestamp echo reply', at + 6, 4);
        detail = `TSval ${value}, TSecr ${echo}`;
        summary = ` TSval=${value} TSecr=${echo}`;
      } else if (kind === 30 && length > 2) {
        fields.bits('tcp.options.mptcp.subtype', 'Multipath TCP subtype', at + 2, 1, 0xf0);
        summary = ' MPTCP';
      } else if (kind === 34) {
        if (length > 2) fields.raw('tcp.options.tfo.cookie', 'Fast Open Cookie', at + 2, length - 2);
        summary = length > 2 ? ' TFO=C' : ' TFO=R';
      } else if (length > 2) {
        fields.raw('tcp.options.data', 'Payload', at + 2, length - 2);
      }
      return detail === '' ? title : `${title}: ${detail}`;
    },
    kind,
  );
  return summary;
}
