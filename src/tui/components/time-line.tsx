/** The time line: the rate as bars, problems and changes of the host marked on it, the moment and the range shown. */
import type { ReactElement } from 'react';
import type { Session } from '../../session/model.ts';
import { marksOf } from '../state/marks.ts';
import type { Ui } from '../state/model.ts';
import { type Extent, extentOf, momentOf, partOf, speedOf, type TimeState } from '../state/time.ts';
import { fitLine, type Line, paintLine, piece, type Span } from '../text/line.ts';
import { clock, count, short, span } from '../text/units.ts';
import type { Role, Theme } from '../theme.ts';
import { Painted } from './painted.tsx';
import { resample } from './plot.ts';

export interface TimeLineProps {
  readonly session: Session;
  readonly ui: Ui;
  readonly theme: Theme;
  readonly rows: number;
}

/** Columns of a time of day with a space on both sides. */
const labelColumns = 10;

/** How many columns the bars have: as many moments can be gone to by arrow keys. */
export function barColumns(columns: number): number {
  return Math.max(10, columns - 2 * labelColumns);
}

export function TimeLine({ session, ui, theme, rows }: TimeLineProps): ReactElement {
  const extent = extentOf(session);
  const lines =
    extent === null ? [] : [barsLine(session, ui, extent, theme), factsLine(session, ui, extent, theme)];
  const painted = lines.map((line) =>
    paintLine(fitLine(line, ui.columns, 'left', theme.symbols.ellipsis), theme),
  );
  return <Painted lines={painted.slice(0, rows)} width={ui.columns} height={rows} />;
}

function timeText(time: number, decimals = 0): string {
  return clock(Math.floor(time), Math.floor((time % 1) * 1e9), decimals);
}

function barsLine(session: Session, ui: Ui, extent: Extent, theme: Theme): Line {
  const { time } = ui;
  const width = barColumns(ui.columns);
  const statistics = session.statistics(null);
  const rates = resample(statistics.total.packets, statistics, extent.from, extent.to, width);
  const highest = Math.max(...rates, 1e-9);
  const columnOf = (moment: number) => columnAt(moment, extent, width);
  const marks = new Map<number, 'problem' | 'event'>();
  for (const mark of marksOf(session)) {
    if (mark.time < extent.from || mark.time > extent.to) continue;
    if (marks.get(columnOf(mark.time)) !== 'problem') marks.set(columnOf(mark.time), mark.kind);
  }
  const cursor = time.cursor === null ? (time.focused ? width - 1 : -1) : columnOf(time.cursor);
  const from = time.from === null ? -1 : columnOf(time.from);
  const to = time.to === null ? width : columnOf(time.to);
  const moment = momentOf(time);
  const until = moment === null ? width : columnOf(moment);
  const { bars, warning, changed } = theme.symbols;
  const cells = rates.map((rate, column): Span => {
    const mark = marks.get(column);
    const bar = rate <= 0 ? ' ' : (bars[Math.ceil((rate / highest) * bars.length) - 1] ?? ' ');
    const text =
      mark === 'problem'
        ? warning
        : mark === 'event'
          ? changed
          : column === from
            ? '['
            : column === to
              ? ']'
              : bar;
    const isShown = column >= from && column <= to && column <= until;
    return piece(text, column === cursor ? 'selected' : roleOf(mark, isShown));
  });
  const ends: Role = time.focused ? 'accent' : 'faint';
  return [
    piece(` ${timeText(extent.from)} `, ends),
    ...joined(cells),
    piece(` ${timeText(extent.to)}`, ends),
  ];
}

function roleOf(mark: 'problem' | 'event' | undefined, isShown: boolean): Role {
  if (mark === 'problem') return 'bad';
  if (mark === 'event') return 'warn';
  return isShown ? 'accent' : 'faint';
}

/** Neighbours of one role as one piece: fewer sequences to write. */
function joined(cells: readonly Span[]): readonly Span[] {
  const spans: Span[] = [];
  for (const cell of cells) {
    const before = spans.at(-1);
    if (before?.role === cell.role) spans[spans.length - 1] = piece(before.text + cell.text, cell.role);
    else spans.push(cell);
  }
  return spans;
}

export function columnAt(moment: number, { from, to }: Extent, width: number): number {
  if (!(to > from)) return 0;
  return Math.min(width - 1, Math.max(0, Math.floor(((moment - from) / (to - from)) * width)));
}

/** The moment in words, what the range is, how it plays, and the mark that is nearest. */
function factsLine(session: Session, ui: Ui, extent: Extent, theme: Theme): Line {
  const { time } = ui;
  const { symbols } = theme;
  const parts: Span[] = [piece(` ${symbols.cursor} `, time.focused ? 'accent' : 'faint')];
  if (time.playing) parts.push(piece(`${symbols.shut} `, 'good'));
  const at = time.cursor ?? extent.to;
  parts.push(piece(timeText(at, 3), 'strong'), piece(` +${span(at - extent.from)}`, 'faint'));
  if (session.mode === 'replay')
    parts.push(piece(`  ${count(speedOf(time, extent))}x`, time.playing ? 'good' : 'faint'));
  parts.push(...rangeText(time, extent));
  const part = partOf(time, session);
  if (part === null) {
    parts.push(piece('  all of it is shown', 'faint'));
  } else {
    const { packets, worked } = session.within(part);
    parts.push(piece(`  ${short(Math.max(0, packets.last - packets.first + 1))} packets`));
    if (worked < 1) parts.push(piece(`  ${symbols.partial} ${Math.floor(worked * 100)} %`, 'warn'));
  }
  return [...parts, ...nearest(session, at, extent, ui.columns, theme)];
}

function rangeText({ from, to }: TimeState, extent: Extent): readonly Span[] {
  if (from === null && to === null) return [];
  const text = `[${timeText(from ?? extent.from)} ${timeText(to ?? extent.to)}]`;
  return [piece(`  ${text}`, 'warn')];
}

function nearest(
  session: Session,
  at: number,
  extent: Extent,
  columns: number,
  theme: Theme,
): readonly Span[] {
  const width = barColumns(columns);
  const column = columnAt(at, extent, width);
  const here = marksOf(session).filter((mark) => columnAt(mark.time, extent, width) === column);
  const mark = here.find(({ kind }) => kind === 'problem') ?? here[0];
  if (mark === undefined) return [];
  const isProblem = mark.kind === 'problem';
  const more = here.length > 1 ? `${here.length}: ` : '';
  const symbol = isProblem ? theme.symbols.warning : theme.symbols.changed;
  return [piece(`  ${symbol} ${more}${mark.text}`, isProblem ? 'bad' : 'warn')];
}
