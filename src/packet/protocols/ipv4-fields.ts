import { type Fields, hex } from '../fields.ts';
import { ipProtocolName } from './ip-protocol-names.ts';

/** Options of RFC 791, 1108, 2113 and 1393 that people meet. */
const options: Readonly<Record<number, string>> = {
  0: 'End of Options List',
  1: 'No-Operation',
  7: 'Record Route',
  68: 'Time Stamp',
  130: 'Security',
  131: 'Loose Source Route',
  136: 'Stream ID',
  137: 'Strict Source Route',
  148: 'Router Alert',
};

export function describeIpv4(fields: Fields, from: number, to: number): void {
  fields.bits('ip.version', 'Version', from, 1, 0xf0);
  const length = fields.bits('ip.hdr_len', 'Header Length', from, 1, 0x0f, (value) => `${value} bytes`, 4);
  fields.group(
    'ip.dsfield',
    from + 1,
    1,
    () => {
      const dscp = fields.bits('ip.dsfield.dscp', 'Differentiated Services Codepoint', from + 1, 1, 0xfc);
      const ecn = fields.bits('ip.dsfield.ecn', 'Explicit Congestion Notification', from + 1, 1, 0x03);
      return `Differentiated Services Field: DSCP ${dscp}, ECN ${ecn}`;
    },
    fields.bytes[from + 1] ?? null,
  );
  fields.number('ip.len', 'Total Length', from + 2, 2);
  const identification = fields.number('ip.id', 'Identification', from + 4, 2, hex(4));
  fields.group(
    'ip.flags',
    from + 6,
    1,
    () => {
      fields.flag('ip.flags.rb', 'Reserved bit', from + 6, 1, 0x80);
      const dont = fields.flag('ip.flags.df', "Don't fragment", from + 6, 1, 0x40);
      const more = fields.flag('ip.flags.mf', 'More fragments', from + 6, 1, 0x20);
      return `Flags:${dont ? " Don't fragment" : ''}${more ? ' More fragments' : ''}`;
    },
    (fields.bytes[from + 6] ?? 0) >> 5,
  );
  const position = fields.bits(
    'ip.frag_offset',
    'Fragment Offset',
    from + 6,
    2,
    0x1fff,
    (value) => `${value * 8}`,
  );
  fields.number('ip.ttl', 'Time to Live', from + 8, 1);
  const protocol = fields.number(
    'ip.proto',
    'Protocol',
    from + 9,
    1,
    (value) => `${ipProtocolName(value)} (${value})`,
  );
  fields.number('ip.checksum', 'Header Checksum', from + 10, 2, hex(4));
  const source = fields.ipv4('ip.src', 'Source Address', from + 12);
  const destination = fields.ipv4('ip.dst', 'Destination Address', from + 16);
  const end = Math.min(from + length, Math.max(to, from + 20), fields.end);
  if (end > from + 20) describeOptions(fields, from + 20, end);
  fields.title(`Internet Protocol Version 4, Src: ${source}, Dst: ${destination}`);
  fields.ends(source, destination);
  if (position > 0) {
    const id = hex(4)(identification);
    fields.summary(
      'IPv4',
      `Fragmented IP protocol (proto=${ipProtocolName(protocol)} ${protocol}, off=${position * 8}, ID=${id})`,
    );
  } else {
    fields.summary('IPv4', `${ipProtocolName(protocol)} (${protocol})`);
  }
}

function describeOptions(fields: Fields, from: number, end: number): void {
  fields.group('ip.options', from, end - from, () => {
    let at = from;
    while (at < end) {
      const type = fields.bytes[at] ?? 0;
      const length = type <= 1 ? 1 : (fields.bytes[at + 1] ?? 0);
      if (length < 1 || (type > 1 && length < 2) || at + length > end) break;
      fields.note(
        'ip.opt.type',
        `IP Option - ${options[type] ?? `type ${type}`} (${length} bytes)`,
        type,
        at,
        1,
      );
      if (type === 0) break;
      at += length;
    }
    return `Options: (${end - from} bytes)`;
  });
}
