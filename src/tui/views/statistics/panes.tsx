/** The panes of the statistics view. */
import type { ReactElement } from 'react';
import { lengthRanges } from '../../../session/packet-lengths.ts';
import { type HistogramRange, histogramLines } from '../../components/histogram.ts';
import { Pane } from '../../components/pane.tsx';
import { plotLines, plotMargin, resample } from '../../components/plot.ts';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import type { Area } from '../../components/split.ts';
import { layOut, measure, tableRow, titleRow } from '../../components/table.ts';
import type { Place } from '../../state/place.ts';
import { fitLine, type Line, paintLine, piece, type Span } from '../../text/line.ts';
import { bits, bytes, clock, count, counted, span } from '../../text/units.ts';
import type { Frame } from '../view.ts';
import { statisticsColumns } from './cells.ts';
import type { StatisticsLook } from './look.ts';
import { peakRate, sections } from './sections.ts';

/** Live, the plot goes back this many seconds. */
const plotSeconds = 600;

export function plotPane(now: StatisticsLook, { theme, data }: Frame): ReactElement {
  const { plot } = now.areas;
  const of = now.plotted?.statistics ?? now.statistics;
  // The axis is the same whatever is plotted, so that the eye can compare.
  const all = data.statistics(null);
  const end = all.start + all.buckets * all.width;
  const from = data.mode === 'live' ? Math.max(all.start, end - plotSeconds) : all.start;
  const columns = plot.width - 3 - plotMargin;
  const values = resample(of.total.bytes, of, from, end, columns).map((octets) => octets * 8);
  const lines =
    of.buckets === 0
      ? emptyNote(['Nothing to draw yet'], plot.width - 2, plot.height - 2, theme)
      : plotLines({
          values,
          rows: Math.max(1, plot.height - 4),
          role: 'accent',
          label: bits,
          times: timesOf(from, end),
          theme,
        }).map((line) => paintLine(fitLine(line, plot.width - 2), theme));
  const part = of.counted < 1 ? [piece(` ${Math.floor(of.counted * 100)} % counted`, 'warn')] : [];
  const peak = of.buckets === 0 ? '' : `peak ${bits(peakRate(of.total, of) * 8)}, ${bytes(of.bytes)}`;
  return (
    <Pane
      theme={theme}
      title={[piece('Throughput of ', 'strong'), piece(now.plotted?.name ?? 'everything', 'accent')]}
      note={[piece(peak, 'faint'), ...part]}
      width={plot.width}
      height={plot.height}
      focused={false}
      lines={lines}
    />
  );
}

/** Times below the plot: of day, with fractions where it is short; in the middle how long it is. */
function timesOf(from: number, to: number): readonly [string, string, string] {
  const decimals = to - from < 20 ? 3 : 0;
  const text = (time: number) => clock(Math.floor(time), Math.round((time % 1) * 1e9), decimals);
  return [text(from), span(to - from), text(to)];
}

export function listPane(now: StatisticsLook, place: Place, frame: Frame): ReactElement {
  const { theme, data } = frame;
  const { areas, rows, window, statistics, shares, section } = now;
  const { list } = areas;
  const inner = list.width - 2;
  const height = list.height - 3;
  const whole = wholeOf(now);
  const columns = statisticsColumns(section, statistics, whole, frame);
  const widest = new Map<string, number>();
  measure(
    columns,
    rowsInSight(window, rows.length, height, (index) => rows[index]),
    widest,
  );
  const placed = layOut(columns, inner - 2, widest);
  const lines =
    rows.length === 0
      ? emptyNote(whyEmpty(now, place, frame), inner, height + 1, theme)
      : [
          titleRow(placed, inner, theme, place.sorting ?? { column: 'bytes', descending: true }),
          ...visibleRows(window, rows.length, height, true, (index, how) => {
            const row = rows[index];
            return row === undefined ? '' : tableRow(row, placed, inner, theme, how);
          }),
        ];
  const filtered = place.filter === '' ? [] : [piece(`/${place.filter} `, 'accent')];
  const total =
    section === 1 || section === 3
      ? counted(
          place.filter === '' ? data.flows().connections.length : shares.flows.size,
          place.filter === '' ? 'connection' : 'flow',
        )
      : counted(statistics.packets, 'packet');
  return (
    <Pane
      theme={theme}
      title={tabs(section, list.width)}
      note={[...filtered, piece(total, 'faint')]}
      width={list.width}
      height={list.height}
      focused
      lines={lines}
      scroll={{ offset: window.offset, count: rows.length, shown: height }}
    />
  );
}

/** Octets that the rows of a section are shares of. */
function wholeOf({ shares, statistics, section }: StatisticsLook): number {
  if (section === 2) return shares.bytes + statistics.flowless.bytes;
  if (section !== 1 && section !== 3) return statistics.bytes;
  // Each connection has two ends.
  return shares.addresses.reduce((sum, share) => sum + share.bytes, 0) / 2;
}

function tabs(section: number, width: number): Line {
  const room = width >= 72;
  return sections.flatMap((name, index): Span[] => {
    if (!room && index !== section) return [];
    const gap = index === 0 || !room ? [] : [piece('  ')];
    return [...gap, piece(name, index === section ? 'strong' : 'faint')];
  });
}

function whyEmpty({ section }: StatisticsLook, place: Place, { data, keys }: Frame): readonly string[] {
  const [next, all] = [keys.label('next-pane'), keys.label('clear-filter')];
  if (place.filter !== '') return [`Nothing matches "${place.filter}"`, `${all} counts everything again.`];
  if (section === 1 && data.topology === null) {
    return [
      'No containers are known',
      `This file holds packets without the state of a host. ${next} goes on.`,
    ];
  }
  if (section === 1)
    return ['No container has sent or received anything yet', `${next} goes on to protocols.`];
  return data.mode === 'live'
    ? ['No traffic yet', 'Counts appear as soon as an interface sees a packet.']
    : ['No packets in this file', `Press ${keys.label('view-topology')} for the topology that it holds.`];
}

export function sizesPane(now: StatisticsLook, area: Area, focused: boolean, { theme }: Frame): ReactElement {
  const ranges = now.statistics.lengths.map(({ from, to, packets }, index): HistogramRange => {
    const last = index === lengthRanges.length - 1;
    return { label: last ? `${count(from)} and more` : `${from}-${to}`, count: packets };
  });
  const { packets, bytes: octets } = now.statistics;
  const mean = packets === 0 ? '' : `mean ${count(octets / packets)} B`;
  return histogramPane('Packet sizes in bytes', mean, ranges, area, focused, theme);
}

/** Round trips in milliseconds: 1, 2, 5, 10, ... */
const timeBounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

export function timesPane(now: StatisticsLook, area: Area, focused: boolean, { theme }: Frame): ReactElement {
  const short = (seconds: number) => (theme.symbols.ascii ? span(seconds).replace('µ', 'u') : span(seconds));
  const times = now.shares.handshakes.toSorted((a, b) => a - b);
  const counts = new Array<number>(timeBounds.length + 1).fill(0);
  for (const time of times) {
    const at = timeBounds.findIndex((bound) => time < bound);
    const range = at < 0 ? timeBounds.length : at;
    counts[range] = (counts[range] ?? 0) + 1;
  }
  const ranges = counts.map((value, index): HistogramRange => {
    const bound = timeBounds[index];
    const label = bound === undefined ? `from ${short(5)}` : `below ${short(bound / 1000)}`;
    return { label, count: value };
  });
  const median = times[times.length >> 1];
  const acknowledged = now.shares.acknowledgments.toSorted((a, b) => a - b);
  const ack = acknowledged[acknowledged.length >> 1];
  const note = [
    ...(median === undefined ? [] : [`median ${short(median / 1000)}`]),
    ...(ack === undefined ? [] : [`ACKs ${short(ack / 1000)}`]),
  ];
  return histogramPane('TCP handshakes', note.join(', '), ranges, area, focused, theme);
}

function histogramPane(
  title: string,
  note: string,
  ranges: readonly HistogramRange[],
  area: Area,
  focused: boolean,
  theme: Frame['theme'],
): ReactElement {
  const inner = area.width - 2;
  const lines = ranges.some((range) => range.count > 0)
    ? histogramLines(ranges, inner, area.height - 2, theme)
    : emptyNote(['None yet'], inner, area.height - 2, theme);
  return (
    <Pane
      theme={theme}
      title={[piece(title, 'strong')]}
      note={[piece(note, 'faint')]}
      width={area.width}
      height={area.height}
      focused={focused}
      lines={lines}
    />
  );
}
