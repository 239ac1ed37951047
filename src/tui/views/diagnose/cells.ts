/** What the rows of a diagnosis show: candidates while an end is chosen, then hops with their state. */
import type { Column } from '../../components/table.ts';
import { type Line, piece, type Span } from '../../text/line.ts';
import { span } from '../../text/units.ts';
import type { Role, Symbols } from '../../theme.ts';
import type { Candidate } from './candidates.ts';
import type { HeadingRow, HopRow, ShownStatus } from './rows.ts';

export function candidateColumns(): readonly Column<Candidate | HopRow>[] {
  const text = (row: Candidate | HopRow, of: (one: Candidate) => Line) =>
    row.kind === 'candidate' ? of(row) : [];
  return [
    {
      ...{ id: 'end', title: 'End', min: 18, max: 48, keep: 0 },
      cell: (row) => text(row, (one) => [piece(one.text, one.sort === 'typed' ? 'accent' : 'strong')]),
    },
    {
      ...{ id: 'sort', title: 'Is', min: 9, keep: 2 },
      cell: (row) => text(row, (one) => [piece(one.sort === 'typed' ? '' : one.sort, 'faint')]),
    },
    {
      ...{ id: 'what', title: 'What', min: 10, max: 80, keep: 3, rest: true },
      cell: (row) => text(row, (one) => [piece(one.what, 'faint')]),
    },
  ];
}

export function hopColumns(symbols: Symbols): readonly Column<Candidate | HopRow>[] {
  const text = (row: Candidate | HopRow, of: (one: HopRow) => Line) => (row.kind === 'hop' ? of(row) : []);
  return [
    {
      ...{ id: 'hop', title: 'Hop', min: 20, max: 34, keep: 0 },
      cell: (row) => text(row, (one) => hopName(one, symbols)),
    },
    {
      ...{ id: 'seen', title: 'Packet', min: 11, keep: 2 },
      cell: (row) => text(row, (one) => seenCell(one, symbols)),
    },
    {
      ...{ id: 'why', title: 'What', min: 16, max: 160, keep: 1, rest: true },
      cell: (row) => text(row, whyCell),
    },
  ];
}

export function statusLook(
  status: ShownStatus,
  symbols: Symbols,
): { readonly symbol: string; readonly role: Role } {
  switch (status) {
    case 'ok':
      return { symbol: symbols.up, role: 'good' };
    case 'blocked':
      return { symbol: symbols.warning, role: 'bad' };
    case 'unknown':
      return { symbol: '?', role: 'warn' };
    case 'not-reached':
      return { symbol: symbols.down, role: 'faint' };
    case 'waiting':
      return { symbol: symbols.dot, role: 'faint' };
  }
}

function hopName(row: HopRow, symbols: Symbols): Line {
  const { hop, status, last } = row;
  const look = statusLook(status, symbols);
  const [branch, end] = symbols.tree;
  const spans: Span[] = hop.namespace === null ? [] : [piece(last ? end : branch, 'faint')];
  const away = status === 'not-reached' || status === 'waiting';
  const name = away ? 'faint' : status === 'blocked' ? 'bad' : 'plain';
  return [...spans, piece(`${look.symbol} `, look.role), piece(nameOf(row), name)];
}

export function nameOf({ hop }: HopRow): string {
  switch (hop.kind) {
    case 'link':
      return hop.interface ?? hop.hop;
    case 'rules':
      return 'route and rules';
    case 'listener':
      return 'listener';
    case 'name':
    case 'end':
      return hop.hop;
  }
}

function seenCell({ mark, after }: HopRow, symbols: Symbols): Line {
  if (mark === 'last-seen') return [piece(`${symbols.shut} last seen`, 'warn')];
  if (mark === 'arrived') return [piece(`${symbols.up} arrived`, 'good')];
  return after === null ? [] : [piece(after === 0 ? 'sent' : `+${span(after / 1e6)}`, 'faint')];
}

function whyCell({ hop, status }: HopRow): Line {
  if (status === 'blocked') return [piece(hop.evidence, 'bad')];
  const what = hop.what.replace(/^back: /, '').replace(/: route and rules$/, '');
  return [piece(what), piece(hop.evidence === '' ? '' : `  ${hop.evidence}`, 'faint')];
}

export function headingLine({ text, namespace }: HeadingRow): Line {
  return [piece(text, namespace === null ? 'faint' : 'strong')];
}
