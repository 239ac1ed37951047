/** What a row of the flows view shows in each column. */
import type { Connection, Flow, FlowEnd, FlowState } from '../../../flow/model.ts';
import type { Column } from '../../components/table.ts';
import { type Line, piece, type Span, textOf } from '../../text/line.ts';
import { bytes, clock, count, span } from '../../text/units.ts';
import { widthOf } from '../../text/width.ts';
import type { Role, Symbols, Theme } from '../../theme.ts';
import { type FlowRow, sizeOf } from './report.ts';

/** `172.17.0.2:80`, `[fd00::2]:80`, an address alone where there is no port. */
export function endText(end: FlowEnd): string {
  if (end.port === null) return end.address;
  return end.address.includes(':') ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`;
}

/** The container's name and the port, and as much of the address as there is room for. */
export function endLine(end: FlowEnd, width: number): Line {
  const address = endText(end);
  if (end.container === null) return [piece(address, 'address')];
  const long = `${end.container} ${address}`;
  if (widthOf(long) <= width) return [piece(`${end.container} `, 'name'), piece(address, 'address')];
  return [piece(end.container, 'name'), piece(end.port === null ? '' : `:${end.port}`, 'address')];
}

/** `web:40122` or, for what is no container, the address: for titles and breadcrumbs. */
export function endName(end: FlowEnd): string {
  return end.container === null ? endText(end) : textOf(endLine(end, 0));
}

export function stateLook(
  state: FlowState,
  symbols: Symbols,
): { readonly symbol: string; readonly role: Role } {
  switch (state) {
    case 'established':
    case 'active':
      return { symbol: symbols.up, role: 'good' };
    case 'closing':
    case 'closed':
      return { symbol: symbols.down, role: 'faint' };
    case 'syn-sent':
    case 'syn-received':
      return { symbol: symbols.partial, role: 'warn' };
    case 'refused':
    case 'reset':
    case 'unanswered':
    case 'rejected':
      return { symbol: symbols.warning, role: 'bad' };
  }
}

function stateCell(row: FlowRow, theme: Theme): Line {
  const { symbol, role } = stateLook(row.flow.state, theme.symbols);
  return [piece(`${symbol} ${row.flow.state}`, role)];
}

function sourceCell(row: FlowRow, width: number, theme: Theme): Line {
  if (!row.child) return endLine(row.flow.source, width);
  const [, last] = theme.symbols.tree;
  const where = row.flow.interface;
  const name = where === null ? `interface ${row.flow.interfaceId}` : `${where.namespace}:${where.name}`;
  return [piece(`${last} `, 'faint'), piece(name, 'accent')];
}

function destinationCell(row: FlowRow, width: number): Line {
  if (!row.child) return endLine(row.flow.destination, width);
  return [piece(endText(row.flow.destination), 'address')];
}

export function translationLine(connection: Connection | null, symbols: Symbols): Line {
  if (connection === null) return [];
  const spans: Span[] = [];
  for (const translation of connection.translations) {
    if (spans.length > 0) spans.push(piece(' '));
    spans.push(
      piece(`${translation.kind.toUpperCase()} `, 'accent'),
      piece(`${symbols.arrow} `, 'faint'),
      piece(translation.to, 'address'),
    );
  }
  return spans;
}

function remark(row: FlowRow): Line {
  if (row.child) return tcpRemark(row.flow);
  if (row.connection !== null && row.connection.problem !== '') return [piece(row.connection.problem, 'bad')];
  return tcpRemark(row.flow);
}

function tcpRemark(flow: Flow): Line {
  if (flow.tcp === null) return [];
  const { retransmissions, zeroWindows, outOfOrder } = flow.tcp;
  const words = [
    retransmissions > 0 ? `${retransmissions} retransmitted` : '',
    zeroWindows > 0 ? `${zeroWindows} zero windows` : '',
    outOfOrder > 0 ? `${outOfOrder} out of order` : '',
  ].filter(Boolean);
  return words.length === 0 ? [] : [piece(words.join(', '), 'warn')];
}

/** Those that are there to be chosen. */
const moreColumns: readonly Column<FlowRow>[] = [
  { id: 'id', title: 'Id', align: 'right', min: 5, max: 8, keep: 8, optional: true, cell: idCell },
  {
    id: 'interface',
    title: 'Interface',
    min: 13,
    max: 24,
    keep: 8,
    optional: true,
    cell: ({ flow }) =>
      flow.interface === null ? [] : [piece(`${flow.interface.namespace}:${flow.interface.name}`, 'accent')],
  },
  {
    id: 'first',
    title: 'Start',
    min: 12,
    keep: 8,
    optional: true,
    cell: ({ flow }) => timeCell(flow.firstSeen),
  },
  {
    id: 'last',
    title: 'Last',
    min: 12,
    keep: 8,
    optional: true,
    cell: ({ flow }) => timeCell(flow.lastSeen),
  },
  {
    id: 'duration',
    title: 'Duration',
    align: 'right',
    min: 8,
    keep: 8,
    optional: true,
    cell: ({ flow }) => [piece(span(flow.duration))],
  },
  {
    id: 'rtt',
    title: 'RTT',
    align: 'right',
    min: 8,
    keep: 8,
    optional: true,
    cell: ({ flow }) => {
      const rtt = flow.tcp?.handshakeRttMs ?? null;
      return rtt === null ? [] : [piece(span(rtt / 1000))];
    },
  },
  {
    id: 'verdict',
    title: 'Verdict',
    min: 7,
    keep: 8,
    optional: true,
    cell: ({ connection }) => {
      const verdict = connection?.verdict ?? 'unknown';
      return [piece(verdict, verdict === 'accept' ? 'good' : verdict === 'unknown' ? 'faint' : 'bad')];
    },
  },
];

function idCell({ flow }: FlowRow): Line {
  return [piece(String(flow.id), 'faint')];
}

/** The time of day of an ISO 8601 time, in milliseconds. */
function timeCell(time: string): Line {
  const at = Date.parse(time);
  return [piece(clock(at / 1000, (at % 1000) * 1e6, 3))];
}

export function flowColumns(theme: Theme): readonly Column<FlowRow>[] {
  return [
    { id: 'state', title: 'State', min: 13, keep: 0, cell: (row) => stateCell(row, theme) },
    { id: 'protocol', title: 'Proto', min: 5, keep: 6, cell: (row) => [piece(row.flow.protocol)] },
    {
      id: 'source',
      title: 'Source',
      min: 15,
      max: 40,
      keep: 1,
      cell: (row, width) => sourceCell(row, width, theme),
    },
    { id: 'destination', title: 'Destination', min: 15, max: 40, keep: 1, cell: destinationCell },
    {
      id: 'translation',
      title: 'Translation',
      min: 13,
      max: 34,
      keep: 5,
      cell: (row) => (row.child ? [] : translationLine(row.connection, theme.symbols)),
    },
    {
      id: 'packets',
      title: 'Packets',
      align: 'right',
      min: 8,
      max: 9,
      keep: 2,
      cell: (row) => [piece(count(sizeOf(row).packets))],
    },
    {
      id: 'bytes',
      title: 'Bytes',
      align: 'right',
      min: 6,
      max: 7,
      keep: 3,
      cell: (row) => [piece(bytes(sizeOf(row).bytes))],
    },
    {
      id: 'application',
      title: 'App',
      min: 5,
      max: 10,
      keep: 7,
      cell: (row) => [piece(row.flow.application ?? '')],
    },
    ...moreColumns,
    { id: 'problem', title: 'Remarks', min: 14, max: 90, keep: 4, rest: true, cell: remark },
  ];
}
