/** Where the panes of the statistics view are. */
import type { Area } from '../../components/split.ts';

export interface StatisticsAreas {
  readonly plot: Area;
  readonly list: Area;
  /** Beside the list where there is room; null where they take its place. */
  readonly beside: { readonly sizes: Area; readonly times: Area } | null;
  /** In the place of the list. */
  readonly instead: { readonly sizes: Area; readonly times: Area };
}

/** Columns from which on the histograms stand beside the list, and what they take then. */
const wide = 150;
const besideColumns = 56;
const plotRows = { least: 6, most: 16, part: 0.36 } as const;

export function statisticsAreas(width: number, height: number): StatisticsAreas {
  const above = Math.min(plotRows.most, Math.max(plotRows.least, Math.round(height * plotRows.part)));
  const below = Math.max(3, height - above);
  const list = { column: 0, row: above, width: width >= wide ? width - besideColumns : width, height: below };
  const half = Math.ceil(below / 2);
  const right = { column: list.width, width: besideColumns };
  const middle = Math.ceil(width / 2);
  return {
    plot: { column: 0, row: 0, width, height: above },
    list,
    beside:
      width >= wide
        ? {
            sizes: { ...right, row: above, height: half },
            times: { ...right, row: above + half, height: below - half },
          }
        : null,
    instead: {
      sizes: { column: 0, row: above, width: middle, height: below },
      times: { column: middle, row: above, width: width - middle, height: below },
    },
  };
}
