/** The columns of the statistics view's lists. */
import type { Statistics } from '../../../session/tally.ts';
import { barOf } from '../../components/histogram.ts';
import { resample } from '../../components/plot.ts';
import { sparkline } from '../../components/sparkline.ts';
import type { Column } from '../../components/table.ts';
import { piece } from '../../text/line.ts';
import { bits, bytes, count, percent } from '../../text/units.ts';
import type { Frame } from '../view.ts';
import { peakRate, rateNow, type StatisticsRow } from './sections.ts';

type StatisticsColumn = Column<StatisticsRow>;

const barColumns = { least: 8, most: 24 } as const;

/** @param whole octets of which the rows are shares. */
export function statisticsColumns(
  section: number,
  statistics: Statistics,
  whole: number,
  frame: Frame,
): readonly StatisticsColumn[] {
  const { theme, data } = frame;
  const seconds = data.totals().duration;
  const name: StatisticsColumn = {
    ...{ id: 'name', title: section === 3 ? 'Address' : 'Name', min: 14, max: 42, keep: 0 },
    cell: (row) => [piece(row.name, section === 3 ? 'address' : 'name')],
  };
  const figures: readonly StatisticsColumn[] = [
    right('packets', 'Packets', 9, 1, (row) => count(row.packets)),
    right('bytes', 'Bytes', 8, 0, (row) => bytes(row.bytes)),
  ];
  const mean = right('rate', 'Mean', 10, 3, (row) => rate(row.bytes, seconds));
  const share: readonly StatisticsColumn[] = [
    right('share', 'Share', 5, 2, (row) => percent(row.bytes, whole)),
    {
      ...{ id: 'bar', title: '', min: barColumns.least, max: barColumns.most, keep: 4 },
      cell: (row, width) => [piece(barOf(row.bytes / (whole || 1), width, theme), 'accent')],
    },
  ];
  if (section === 0) {
    return [
      name,
      ...figures,
      ...nowColumn(statistics, frame),
      mean,
      peak(statistics),
      ...share,
      trend(statistics, frame),
    ];
  }
  const ends: readonly StatisticsColumn[] =
    section === 2
      ? []
      : [
          right('sent', 'Sent', 8, 5, (row) => bytes(row.sent)),
          right('received', 'Received', 8, 5, (row) => bytes(row.received)),
        ];
  const counted = right('count', section === 2 ? 'Flows' : 'Conns', 6, 6, (row) => count(row.count));
  return [name, counted, ...figures, ...ends, mean, ...share];
}

function right(
  id: string,
  title: string,
  min: number,
  keep: number,
  text: (row: StatisticsRow) => string,
): StatisticsColumn {
  return { id, title, min, keep, align: 'right', cell: (row) => [piece(text(row))] };
}

/** Of less than a millisecond nobody can tell a rate. */
function rate(octets: number, seconds: number): string {
  return seconds < 0.001 ? '' : bits((octets * 8) / seconds);
}

function nowColumn(statistics: Statistics, { data }: Frame): readonly StatisticsColumn[] {
  if (data.mode !== 'live' || data.state !== 'capturing') return [];
  const now = Date.now() / 1000;
  return [
    right('now', 'Now', 10, 2, (row) =>
      row.series === null ? '' : bits(rateNow(row.series, statistics, now) * 8),
    ),
  ];
}

function peak(statistics: Statistics): StatisticsColumn {
  return right('peak', 'Peak', 10, 5, (row) =>
    row.series === null ? '' : bits(peakRate(row.series, statistics) * 8),
  );
}

function trend(statistics: Statistics, { theme }: Frame): StatisticsColumn {
  const end = statistics.start + statistics.buckets * statistics.width;
  return {
    ...{ id: 'trend', title: 'Over time', min: 12, max: 30, keep: 7 },
    cell: (row, width) =>
      row.series === null || row.packets === 0
        ? []
        : [
            piece(
              sparkline(
                resample(row.series.bytes, statistics, statistics.start, end, width),
                width,
                theme.symbols.bars,
              ),
              'accent',
            ),
          ],
  };
}
