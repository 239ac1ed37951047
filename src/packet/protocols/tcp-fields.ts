import { u16 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import { describeTcpOptions } from './tcp-options.ts';

/** Lowest bit first: Wireshark's field, its title, and its name in the summary. */
const flags: readonly (readonly [string, string, string])[] = [
  ['tcp.flags.fin', 'Fin', 'FIN'],
  ['tcp.flags.syn', 'Syn', 'SYN'],
  ['tcp.flags.reset', 'Reset', 'RST'],
  ['tcp.flags.push', 'Push', 'PSH'],
  ['tcp.flags.ack', 'Acknowledgment', 'ACK'],
  ['tcp.flags.urg', 'Urgent', 'URG'],
  ['tcp.flags.ece', 'ECN-Echo', 'ECE'],
  ['tcp.flags.cwr', 'Congestion Window Reduced', 'CWR'],
  ['tcp.flags.ae', 'Accurate ECN', 'AE'],
];

/** `SYN, ACK` as Wireshark writes them. */
export function tcpFlagNames(value: number): string {
  return flags
    .filter((_, bit) => ((value >> bit) & 1) === 1)
    .map(([, , name]) => name)
    .join(', ');
}

export function describeTcp(fields: Fields, from: number): void {
  const source = fields.number('tcp.srcport', 'Source Port', from, 2);
  const destination = fields.number('tcp.dstport', 'Destination Port', from + 2, 2);
  fields.note(
    'tcp.len',
    `TCP Segment Len: ${fields.context.payloadLength}`,
    fields.context.payloadLength,
    from,
    0,
  );
  const sequence = fields.number('tcp.seq_raw', 'Sequence Number (raw)', from + 4, 4);
  const acknowledgment = fields.number('tcp.ack_raw', 'Acknowledgment number (raw)', from + 8, 4);
  const headerLength = fields.bits(
    'tcp.hdr_len',
    'Header Length',
    from + 12,
    1,
    0xf0,
    (value) => `${value} bytes`,
    4,
  );
  const value = fields.has(from + 12, 2) ? u16(fields.bytes, from + 12) & 0xfff : 0;
  const names = tcpFlagNames(value);
  if (fields.has(from + 12, 2)) {
    fields.group(
      'tcp.flags',
      from + 12,
      2,
      () => {
        flags.forEach(([name, title], bit) => {
          fields.flag(name, title, from + (bit < 8 ? 13 : 12), 1, bit < 8 ? 1 << bit : 1);
        });
        return `Flags: 0x${value.toString(16).padStart(3, '0')} (${names})`;
      },
      value,
    );
  }
  const window = fields.number('tcp.window_size_value', 'Window', from + 14, 2);
  fields.number('tcp.checksum', 'Checksum', from + 16, 2, hex(4));
  fields.number('tcp.urgent_pointer', 'Urgent Pointer', from + 18, 2);
  const end = Math.min(from + headerLength, fields.end);
  let options = '';
  if (end > from + 20) options = describeTcpOptions(fields, from + 20, end);
  fields.title(
    `Transmission Control Protocol, Src Port: ${source}, Dst Port: ${destination}, Seq: ${sequence}`,
  );
  const ack = (value & 0x10) !== 0 ? ` Ack=${acknowledgment}` : '';
  const length = fields.context.payloadLength;
  fields.summary(
    'TCP',
    `${source} → ${destination} [${names}] Seq=${sequence}${ack} Win=${window} Len=${length}${options}`,
  );
}
