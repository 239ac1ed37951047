import { type Fields, hex } from '../fields.ts';

const types: Readonly<Record<number, string>> = {
  0: 'Echo (ping) reply',
  3: 'Destination unreachable',
  4: 'Source quench',
  5: 'Redirect',
  8: 'Echo (ping) request',
  9: 'Router advertisement',
  10: 'Router solicitation',
  11: 'Time-to-live exceeded',
  12: 'Parameter problem',
  13: 'Timestamp request',
  14: 'Timestamp reply',
  15: 'Information request',
  16: 'Information reply',
  17: 'Address mask request',
  18: 'Address mask reply',
  42: 'Extended Echo request',
  43: 'Extended Echo reply',
};

/** RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const unreachable = [
  'Network unreachable',
  'Host unreachable',
  'Protocol unreachable',
  'Port unreachable',
  'Fragmentation needed',
  'Source route failed',
  'Network unknown',
  'Host unknown',
  'Source host isolated',
  'Network administratively prohibited',
  'Host administratively prohibited',
  'Network unreachable for TOS',
  'Host unreachable for TOS',
  'Communication administratively filtered',
  'Host precedence violation',
  'Precedence cutoff in effect',
] as const;

const exceeded = ['Time to live exceeded in transit', 'Fragment reassembly time exceeded'] as const;
const redirects = ['for network', 'for host', 'for TOS and network', 'for TOS and host'] as const;
const quoting = new Set([3, 4, 5, 11, 12]);
const echoes = new Set([0, 8]);
const queries = new Set([0, 8, 13, 14, 15, 16, 17, 18, 42, 43]);
const fragmentationNeeded = 4;

function detail(type: number, code: number): string {
  if (type === 3) return unreachable[code] ?? `code ${code}`;
  if (type === 11) return exceeded[code] ?? `code ${code}`;
  if (type === 5) return redirects[code] ?? `code ${code}`;
  return '';
}

export function describeIcmp(fields: Fields, from: number): void {
  const type = fields.number(
    'icmp.type',
    'Type',
    from,
    1,
    (value) => `${value} (${types[value] ?? 'unknown'})`,
  );
  const code = fields.number('icmp.code', 'Code', from + 1, 1, (value) => {
    const text = detail(type, value);
    return text === '' ? `${value}` : `${value} (${text})`;
  });
  fields.number('icmp.checksum', 'Checksum', from + 2, 2, hex(4));
  fields.title('Internet Control Message Protocol');
  let info = types[type] ?? `Type ${type}`;
  const text = detail(type, code);
  if (text !== '') info += ` (${text})`;
  if (queries.has(type)) {
    const id = fields.number(
      'icmp.ident',
      'Identifier (BE)',
      from + 4,
      2,
      (value) => `${value} (${hex(4)(value)})`,
    );
    const sequence =
      type > 40
        ? fields.number('icmp.ext.echo.seq', 'Sequence Number', from + 6, 1)
        : fields.number('icmp.seq', 'Sequence Number (BE)', from + 6, 2);
    info += ` id=${hex(4)(id)}, seq=${sequence}`;
    if (echoes.has(type) && fields.has(from + 8, 1))
      fields.raw('data.data', 'Data', from + 8, fields.end - from - 8);
  }
  if (type === 3 && code === fragmentationNeeded) {
    info += ` next hop MTU ${fields.number('icmp.mtu', 'MTU of next hop', from + 6, 2)}`;
  }
  if (type === 5) info += ` gateway ${fields.ipv4('icmp.redir_gw', 'Gateway Address', from + 4)}`;
  fields.summary('ICMP', info);
  if (quoting.has(type)) fields.context.quote?.(fields, from + 8);
}
