/** Everything that drawing the statistics view and acting in it both need to know. */

import { type Shares, sharesOf } from '../../../session/shares.ts';
import type { Statistics } from '../../../session/tally.ts';
import { restAfter } from '../../../util/rest.ts';
import {
  type ListModel,
  type ListPosition,
  listOf,
  positionAt,
  type Window,
  windowOf,
} from '../../state/list.ts';
import type { Place } from '../../state/place.ts';
import { compileFlowFilter } from '../flows/filter.ts';
import type { RowTexts } from '../flows/texts.ts';
import type { Frame } from '../view.ts';
import { type StatisticsAreas, statisticsAreas } from './layout.ts';
import { rowsOf, type StatisticsRow, sorted } from './sections.ts';

export interface StatisticsLook {
  readonly areas: StatisticsAreas;
  readonly shares: Shares;
  /** Of what the filter lets through. */
  readonly statistics: Statistics;
  readonly section: number;
  readonly rows: readonly StatisticsRow[];
  readonly list: ListModel;
  readonly position: ListPosition;
  readonly window: Window;
  readonly selected: StatisticsRow | undefined;
  /** What the plot is of: the row that the cursor was moved to; null for everything. */
  readonly plotted: { readonly name: string; readonly statistics: Statistics } | null;
}

export function createLook(texts: RowTexts): (place: Place, frame: Frame) => StatisticsLook {
  let made:
    | { data: unknown; version: number; filter: string; at: number; cost: number; shares: Shares }
    | undefined;
  const stable = createStableSets();

  function sharesFor({ filter }: Place, { data }: Frame): Shares {
    const report = data.flows();
    const started = performance.now();
    if (made !== undefined && made.data === data && made.filter === filter) {
      if (made.version === report.version || started - made.at < restAfter(made.cost)) return made.shares;
    }
    const { test } = compileFlowFilter(filter, texts);
    const shares = sharesOf(
      report,
      test === null
        ? null
        : (connection, flows) => {
            const [flow] = flows;
            return flow !== undefined && test({ key: '', connection, flow, flows, child: false });
          },
    );
    const at = performance.now();
    made = { data, version: report.version, filter, at, cost: at - started, shares };
    return shares;
  }

  return (place, frame) => {
    const { data } = frame;
    const areas = statisticsAreas(frame.width, frame.height);
    const shares = sharesFor(place, frame);
    const { first, last } = data.packets;
    const statistics = data.statistics(
      place.filter === '' ? null : { flows: stable(`/${place.filter}`, shares.flows), first, last },
    );
    const section = place.pane;
    const rows = sorted(rowsOf(section, shares, statistics, frame), place.sorting ?? undefined);
    const list = listOf(rows);
    const height = areas.list.height - 3;
    const position = place.list.key === null ? positionAt(list, 0, 0, height) : place.list;
    const window = windowOf(position, list, height);
    const selected = rows[window.index];
    const isChosen = selected !== undefined && selected.key === place.list.key;
    return {
      ...{ areas, shares, statistics, section, rows, list, position, window, selected },
      plotted: isChosen ? plotOf(selected) : null,
    };

    function plotOf({ key, name, flows, series }: StatisticsRow): StatisticsLook['plotted'] {
      if (series !== null) return { name, statistics: { ...statistics, total: series } };
      if (flows === null || flows.size === 0) return null;
      const chosen = stable(`${section} ${key} ${place.filter}`, flows);
      return { name, statistics: data.statistics({ flows: chosen, first, last }) };
    }
  };
}

/** Sets that are kept. */
const mostSets = 4;

/**
 * Counting what a set of flows chose goes on only with the same set. While traffic comes in, sets are made anew all the
 * time and differ by newer flows alone: those are added to the set that was given before.
 */
function createStableSets(): (name: string, wanted: ReadonlySet<number>) => ReadonlySet<number> {
  const sets = new Map<string, Set<number>>();
  return (name, wanted) => {
    const before = sets.get(name);
    sets.delete(name);
    const kept = before !== undefined && isOlderPart(before, wanted) ? before : new Set<number>();
    if (kept.size !== wanted.size) for (const id of wanted) kept.add(id);
    sets.set(name, kept);
    for (const oldest of sets.keys()) {
      if (sets.size <= mostSets) break;
      sets.delete(oldest);
    }
    return kept;
  };
}

function isOlderPart(part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean {
  let newest = 0;
  for (const id of part) {
    if (!whole.has(id)) return false;
    if (id > newest) newest = id;
  }
  for (const id of whole) if (id <= newest && !part.has(id)) return false;
  return true;
}
