/** Rules: tables and chains of every namespace with counters, and the connections that met each rule. */
import { Box } from 'ink';
import type { Evidence } from '../../../flow/model.ts';
import type { RulesReport } from '../../../session/model.ts';
import { paintFacts } from '../../components/facts.ts';
import { Pane } from '../../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import { isInside, sideBySide, split } from '../../components/split.ts';
import { layOut, listRow, measure, tableRow, titleRow, type Widest } from '../../components/table.ts';
import type { Action } from '../../keymap.ts';
import { clampScroll, listOf, listStart, move, positionAt, scroll, windowOf } from '../../state/list.ts';
import { type Place, placeOf, type Scope, type Sorting, selecting, toggle } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { counted } from '../../text/units.ts';
import { wordFilter } from '../../text/words.ts';
import { indexReport } from '../flows/report.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { headingLine, ruleColumns } from './cells.ts';
import { rulesDetails } from './details.ts';
import { nextRuleSorting, type RuleRow, type RulesRow, rulesRows, ruleText } from './rows.ts';

const share = { across: 0.62, down: 0.62, wide: 230 };

export function createRulesView(): View {
  const widest: Widest = new Map();
  const rowsFor = memo(
    (
      report: RulesReport,
      _version: number,
      scope: Scope,
      filter: string,
      toggled: ReadonlySet<string>,
      sorting: Sorting | null,
    ) => rulesRows({ report, scope, filter: wordFilter(filter), toggled, sorting }),
  );

  function parts(place: Place, frame: Frame) {
    const report = frame.data.rules();
    const { scope, filter, toggled, sorting } = place;
    const rows = rowsFor(report, report.version, scope, filter, toggled, sorting);
    const areas = split(frame.width, frame.height, share);
    const listHeight = areas[0].height - 3;
    const list = listOf(rows);
    // Coming from a connection one looks for its rules, not for the tables that they are in.
    const start = scope.kind === 'connections' ? rows.findIndex((row) => row.kind === 'rule') : 0;
    const position = place.list.key === null ? positionAt(list, start, 0, listHeight) : place.list;
    const window = windowOf(position, list, listHeight);
    return { rows, areas, list, listHeight, position, window, selected: rows[window.index] };
  }

  function detailsOf(selected: RulesRow | undefined, place: Place, frame: Frame, width: number) {
    if (selected === undefined) return [];
    return rulesDetails({
      row: selected,
      index: indexReport(frame.data.flows()),
      evidence: evidenceOf(selected, place.scope, frame),
      width,
      theme: frame.theme,
    });
  }

  return {
    name: 'rules',
    panes: 2,
    hasFields: false,

    draw(place, frame) {
      const { theme } = frame;
      const { rows, areas, listHeight, window, selected } = parts(place, frame);
      const inner = areas[0].width - 2;
      const columns = ruleColumns(place.sorting !== null, theme.symbols);
      measure(
        columns,
        rowsInSight(window, rows.length, listHeight, (index) => ruleAt(rows, index)),
        widest,
      );
      const placed = layOut(columns, inner - 2, widest);
      const lines =
        rows.length === 0
          ? emptyNote(whyEmpty(place, frame), inner, listHeight + 1, theme)
          : [
              titleRow(placed, inner, theme, place.sorting),
              ...visibleRows(window, rows.length, listHeight, place.pane === 0, (index, how) => {
                const row = rows[index];
                if (row === undefined) return '';
                return row.kind === 'rule'
                  ? tableRow(row, placed, inner, theme, how)
                  : listRow(headingLine(row, theme.symbols), inner, theme, how);
              }),
            ];
      const detailWidth = areas[1].width - 2;
      const detailHeight = areas[1].height - 2;
      const details = detailsOf(selected, place, frame, detailWidth - 2);
      const offset = clampScroll(place.details.offset, details.length, detailHeight);
      return (
        <Box flexDirection={sideBySide(areas) ? 'row' : 'column'}>
          <Pane
            theme={theme}
            title={[piece('Rules', 'strong')]}
            note={countNote(rows, place)}
            width={areas[0].width}
            height={areas[0].height}
            focused={place.pane === 0}
            lines={lines}
            scroll={{ offset: window.offset, count: rows.length, shown: listHeight }}
          />
          <Pane
            theme={theme}
            title={[piece(selected === undefined ? 'Details' : titleOf(selected), 'strong')]}
            width={areas[1].width}
            height={areas[1].height}
            focused={place.pane === 1}
            lines={paintFacts(details, offset, detailWidth, detailHeight, theme)}
            scroll={{ offset, count: details.length, shown: detailHeight }}
          />
        </Box>
      );
    },

    act(action, place, frame) {
      const { areas, list, listHeight, position, window, selected, rows } = parts(place, frame);
      if (place.pane === 1) {
        const height = areas[1].height - 2;
        const lines = detailsOf(selected, place, frame, areas[1].width - 4).length;
        const offset = scroll(action, place.details.offset, lines, height);
        if (offset !== undefined) return stay({ ...place, details: { ...place.details, offset } });
      } else {
        const moved = move(action, position, list, listHeight);
        if (moved !== undefined) return stay({ ...place, list: moved, details: listStart });
      }
      const wanted = wordFilter(place.search);
      const found = searchStep(action, window.index, rows.length, (index) => {
        const row = rows[index];
        return row?.kind === 'rule' && wanted?.(ruleText(row)) === true;
      });
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        return stay({ ...place, list: positionAt(list, found, window.offset, listHeight) });
      }
      if (action === 'sort') return stay({ ...place, sorting: nextRuleSorting(place.sorting) });
      if (action === 'sort-direction') {
        if (place.sorting === null) return { kind: 'say', text: 'in the order of the chains; s sorts' };
        return stay({ ...place, sorting: { ...place.sorting, descending: !place.sorting.descending } });
      }
      return selected === undefined ? nothing : actOnRow(action, selected, rows, place, frame);
    },

    point(column, row, place, frame) {
      const { areas, list, listHeight, window } = parts(place, frame);
      if (isInside(areas[1], column, row)) return stay({ ...place, pane: 1 });
      const index = window.offset + row - 2;
      if (row < 2 || index >= list.count) return stay({ ...place, pane: 0 });
      return stay({ ...place, pane: 0, list: positionAt(list, index, window.offset, listHeight) });
    },

    filterProblem: () => null,

    copy(place, frame) {
      const { selected } = parts(place, frame);
      return selected === undefined ? null : lineOf(selected, frame);
    },

    text: (place, frame, limit) =>
      parts(place, frame)
        .rows.slice(0, limit)
        .map((row) => lineOf(row, frame)),
  };
}

function actOnRow(
  action: Action,
  row: RulesRow,
  rows: readonly RulesRow[],
  place: Place,
  frame: Frame,
): Effect {
  switch (action) {
    case 'open':
    case 'shut':
      return openOrShut(action === 'open', row, rows, place);
    case 'in':
      if (row.kind === 'table' || row.kind === 'chain') return stay(toggle(place, row.key));
      return row.kind === 'rule' ? toConnections('flows', row) : nothing;
    case 'to-flows':
      return row.kind === 'rule' ? toConnections('flows', row) : { kind: 'say', text: 'select a rule first' };
    case 'to-packets':
      return row.kind === 'rule'
        ? toConnections('packets', row)
        : { kind: 'say', text: 'select a rule first' };
    case 'to-topology':
      return toNamespace(row, frame);
    default:
      return nothing;
  }
}

function openOrShut(open: boolean, row: RulesRow, rows: readonly RulesRow[], place: Place): Effect {
  if (row.kind === 'error') return nothing;
  if (row.kind !== 'rule' && row.open !== open)
    return row.open || open ? stay(toggle(place, row.key)) : nothing;
  if (open) return nothing;
  const own = rows.indexOf(row);
  const wanted = row.kind === 'rule' ? 'chain' : 'table';
  const parent = rows.findLastIndex((candidate, index) => index < own && candidate.kind === wanted);
  const key = rows[parent]?.key;
  return key === undefined ? nothing : stay({ ...place, list: { ...place.list, key, index: parent } });
}

function toConnections(view: 'flows' | 'packets', row: Extract<RulesRow, { kind: 'rule' }>): Effect {
  if (row.connections.length === 0)
    return { kind: 'say', text: 'no connection that netscope saw met this rule' };
  return into(placeOf(view, titleOf(row), { kind: 'connections', ids: new Set(row.connections) }));
}

function toNamespace(row: RulesRow, frame: Frame): Effect {
  const name = row.kind === 'error' ? undefined : row.table.namespace;
  const namespace = frame.data.topology?.namespaces.find((candidate) => candidate.name === name);
  if (namespace === undefined) return { kind: 'say', text: 'its namespace is not in the topology' };
  return into(selecting(placeOf('topology', namespace.name), `namespace ${namespace.id}`));
}

/** How it is known that the one connection of the scope met this rule. */
function evidenceOf(row: RulesRow, scope: Scope, frame: Frame): Evidence | null {
  if (row.kind !== 'rule' || scope.kind !== 'connections' || scope.ids.size !== 1) return null;
  const [id] = scope.ids;
  const { table, chain, rule } = row;
  const met = frame.data
    .rulesOf(id ?? 0)
    .find(
      (reference) =>
        reference.namespace === table.namespace &&
        reference.family === table.family &&
        reference.table === table.name &&
        reference.chain === chain.name &&
        reference.position === rule.position,
    );
  return met?.evidence ?? null;
}

function ruleAt(rows: readonly RulesRow[], index: number): RuleRow | undefined {
  const row = rows[index];
  return row?.kind === 'rule' ? row : undefined;
}

function titleOf(row: RulesRow): string {
  switch (row.kind) {
    case 'error':
      return 'Not read';
    case 'table':
      return `${row.table.namespace} ${row.table.name}`;
    case 'chain':
      return `${row.table.name} ${row.chain.name}`;
    case 'rule':
      return `${row.chain.name} ${row.rule.position}`;
  }
}

function lineOf(row: RulesRow, frame: Frame): string {
  if (row.kind !== 'rule') return textOf(headingLine(row, frame.theme.symbols));
  const counter = row.rule.counter;
  return `${counter === null ? '' : `[${counter.packets}:${counter.bytes}] `}${row.rule.text}`;
}

function countNote(rows: readonly RulesRow[], place: Place): Line {
  let rules = 0;
  for (const row of rows) if (row.kind === 'rule') rules++;
  const spans = [piece(counted(rules, 'rule'), 'faint')];
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(place: Place, frame: Frame): readonly string[] {
  if (place.filter !== '') return [`Nothing matches "${place.filter}"`, 'Backspace shows everything again.'];
  if (place.scope.kind === 'connections') {
    return [
      'No rule is known to match',
      'It crossed no rules, or they were not captured with it. Esc goes back.',
    ];
  }
  if (place.scope.kind === 'namespaces') {
    return [`No rules in ${place.label}`, 'Traffic of a container meets the rules of the host: press 4.'];
  }
  return frame.data.snapshot === null && frame.data.mode === 'replay'
    ? ['This file holds no rules', 'Add them: netscope -r FILE --rules host=iptables-save.txt']
    : ['No rules on this host', 'Nothing filters or translates here.'];
}
