/** Statistics: throughput over time; who has how much of it; how long packets and round trips are. */
import { Box } from 'ink';
import { isInside } from '../../components/split.ts';
import { move, positionAt } from '../../state/list.ts';
import { placeOf, type Scope } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { bytes, count } from '../../text/units.ts';
import { compileFlowFilter } from '../flows/filter.ts';
import { createRowTexts } from '../flows/texts.ts';
import { type Effect, into, nothing, stay, type View } from '../view.ts';
import { createLook, type StatisticsLook } from './look.ts';
import { listPane, plotPane, sizesPane, timesPane } from './panes.tsx';
import { nextSorting, type StatisticsRow, sections } from './sections.ts';

/** The section without a list. */
const histograms = sections.length - 1;

export function createStatisticsView(): View {
  const texts = createRowTexts();
  const look = createLook(texts);
  const heightOf = (now: StatisticsLook) => now.areas.list.height - 3;

  function goTo(view: 'flows' | 'packets', row: StatisticsRow): Effect {
    if (row.flows?.size === 0) return { kind: 'say', text: 'these packets belong to no flow' };
    return into(placeOf(view, row.name, scopeOf(row)));
  }

  return {
    name: 'statistics',
    panes: sections.length,
    hasFields: true,

    draw(place, frame) {
      const now = look(place, frame);
      const { beside, instead } = now.areas;
      const at = now.section === histograms;
      if (beside === null && at) {
        return (
          <Box flexDirection="column">
            {plotPane(now, frame)}
            <Box>
              {sizesPane(now, instead.sizes, true, frame)}
              {timesPane(now, instead.times, true, frame)}
            </Box>
          </Box>
        );
      }
      // The section of histograms has no list of its own: beside them the interfaces stay.
      const listed = at ? look({ ...place, pane: 0 }, frame) : now;
      return (
        <Box flexDirection="column">
          {plotPane(now, frame)}
          <Box>
            {listPane(listed, place, frame)}
            {beside === null ? null : (
              <Box flexDirection="column">
                {sizesPane(now, beside.sizes, at, frame)}
                {timesPane(now, beside.times, at, frame)}
              </Box>
            )}
          </Box>
        </Box>
      );
    },

    act(action, place, frame) {
      const now = look(place, frame);
      const moved = move(action, now.position, now.list, heightOf(now));
      if (moved !== undefined) return stay({ ...place, list: moved });
      const wanted = place.search.toLowerCase();
      const found = searchStep(
        action,
        now.window.index,
        now.rows.length,
        (index) => now.rows[index]?.name.toLowerCase().includes(wanted) === true,
      );
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        return stay({ ...place, list: positionAt(now.list, found, now.window.offset, heightOf(now)) });
      }
      switch (action) {
        case 'sort':
          return stay({ ...place, sorting: nextSorting(place.sorting) });
        case 'sort-direction': {
          const { column, descending } = place.sorting ?? { column: 'bytes', descending: true };
          return stay({ ...place, sorting: { column, descending: !descending } });
        }
        case 'in':
        case 'to-flows':
          return now.selected === undefined ? nothing : goTo('flows', now.selected);
        case 'to-packets':
          return now.selected === undefined ? nothing : goTo('packets', now.selected);
        default:
          return nothing;
      }
    },

    anchored: (place) => place,

    point(column, row, place, frame) {
      const now = look(place, frame);
      const { list } = now.areas;
      if (now.section === histograms || !isInside(list, column, row)) return nothing;
      const index = now.window.offset + row - list.row - 2;
      if (index < now.window.offset || index >= now.rows.length) return nothing;
      return stay({ ...place, list: positionAt(now.list, index, now.window.offset, heightOf(now)) });
    },

    filterProblem: (text) => compileFlowFilter(text, texts).problem,

    copy(place, frame) {
      const { selected } = look(place, frame);
      return selected === undefined ? null : textOf(selected);
    },

    text: (place, frame, limit) => look(place, frame).rows.slice(0, limit).map(textOf),
  };
}

function scopeOf({ key, flows }: StatisticsRow): Scope {
  return flows === null
    ? { kind: 'links', interfaces: new Set([key]), containers: new Set() }
    : { kind: 'flows', ids: flows };
}

function textOf(row: StatisticsRow): string {
  return `${row.name}  ${count(row.packets)} packets  ${bytes(row.bytes)}`;
}
