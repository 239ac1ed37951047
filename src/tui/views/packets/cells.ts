/** What a row of the packet list shows in each column. */
import type { Column } from '../../components/table.ts';
import { piece } from '../../text/line.ts';
import { clock } from '../../text/units.ts';
import type { Role } from '../../theme.ts';
import type { PacketRow } from './rows.ts';

/** From this width on there is room for microseconds. */
const wide = 100;

export function packetColumns(width: number, last: number): readonly Column<PacketRow>[] {
  const decimals = width >= wide ? 6 : 3;
  return [
    {
      id: 'number',
      title: 'No',
      align: 'right',
      min: Math.max(4, String(last).length),
      keep: 0,
      cell: (row) => [piece(String(row.entry.number), 'faint')],
    },
    {
      id: 'time',
      title: 'Time',
      min: 9 + decimals,
      keep: 1,
      cell: ({ entry }) => [piece(clock(entry.seconds, entry.nanoseconds, decimals))],
    },
    {
      id: 'interface',
      title: 'Interface',
      min: 13,
      max: 24,
      // The same packet is seen on several interfaces: which one it was matters most, where there is room.
      keep: width >= wide ? 2 : 6,
      cell: (row) => [piece(row.interface, 'accent')],
    },
    {
      id: 'source',
      title: 'Source',
      min: 14,
      max: 39,
      keep: 0,
      cell: (row) => [piece(row.dissection?.source ?? '', 'address')],
    },
    {
      id: 'destination',
      title: 'Destination',
      min: 14,
      max: 39,
      keep: 0,
      cell: (row) => [piece(row.dissection?.destination ?? '', 'address')],
    },
    {
      id: 'protocol',
      title: 'Proto',
      min: 5,
      max: 10,
      keep: 2,
      cell: (row) => [piece(row.dissection?.protocol ?? '', protocolRole(row.dissection?.protocol ?? ''))],
    },
    {
      id: 'length',
      title: 'Bytes',
      align: 'right',
      min: 5,
      keep: 7,
      cell: (row) => [piece(String(row.entry.wireLength))],
    },
    {
      id: 'captured',
      title: 'Held',
      align: 'right',
      min: 5,
      keep: 7,
      optional: true,
      cell: ({ entry }) => [piece(String(entry.capturedLength))],
    },
    {
      id: 'flow',
      title: 'Flow',
      align: 'right',
      min: 5,
      keep: 7,
      optional: true,
      cell: ({ entry }) => [piece(String(entry.innerFlow || entry.flow || ''), 'faint')],
    },
    {
      id: 'info',
      title: 'Info',
      min: 12,
      max: 36,
      keep: 2,
      rest: true,
      cell: (row) =>
        row.dissection === undefined
          ? [piece('its bytes are no longer held', 'faint')]
          : [piece(row.dissection.info, infoRole(row.dissection.info))],
    },
  ];
}

function protocolRole(protocol: string): Role {
  switch (protocol.toLowerCase()) {
    case 'icmp':
    case 'icmpv6':
      return 'warn';
    case 'dns':
    case 'http':
    case 'tls':
      return 'name';
    default:
      return 'plain';
  }
}

/** Resets and errors stand out in their words and in their colour. */
function infoRole(info: string): Role {
  if (/\bRST\b|unreachable|prohibited|Malformed/i.test(info)) return 'bad';
  return /retransmission|dup(licate)? ack|zero ?window|fragmented/i.test(info) ? 'warn' : 'plain';
}
