/** Diagnose: two ends are chosen, then the way between them is drawn as a ladder, with the findings beside it. */
import { verdictText } from '../../../diagnose/verdict.ts';
import type { FlowReport } from '../../../session/model.ts';
import type { Topology } from '../../../topology/model.ts';
import type { Action } from '../../keymap.ts';
import { type Diagnosing, isSamePair, wholePair } from '../../state/diagnosing.ts';
import { listOf } from '../../state/list.ts';
import type { Place } from '../../state/place.ts';
import { type Line, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { counted } from '../../text/units.ts';
import { createListView, type RowList } from '../list-view.tsx';
import { type Effect, type Frame, nothing, type View } from '../view.ts';
import { type Candidate, fromCandidates, matching, toCandidates } from './candidates.ts';
import { candidateColumns, headingLine, hopColumns, nameOf, statusLook } from './cells.ts';
import { candidateDetails, wayDetails } from './details.ts';
import { actOnHop } from './go.ts';
import { type HopRow, startRow, type WayRow, wayRows } from './rows.ts';

type Row = Candidate | WayRow;

interface Rows extends RowList<Row> {
  readonly rows: readonly Row[];
}

export function createDiagnoseView(): View {
  const candidatesFor = memo((picking: 'from' | 'to', topology: Topology | null, flows: FlowReport) =>
    picking === 'from' ? fromCandidates(topology, flows) : toCandidates(topology, flows),
  );
  const matchingFor = memo((all: readonly Candidate[], typed: string) => listed(matching(all, typed)));
  const wayFor = memo((state: Diagnosing['state'] | null) => listed(state === null ? [] : wayRows(state)));

  function list(place: Place, { picking, data, diagnosing }: Frame): Rows {
    if (picking !== null)
      return matchingFor(candidatesFor(picking, data.topology, data.flows()), place.filter);
    return wayFor(stateOf(place, diagnosing));
  }

  const view = createListView<Row, Candidate | HopRow, Rows>({
    name: 'diagnose',
    title: ({ pair }, { picking }) =>
      picking === null
        ? 'Diagnose'
        : picking === 'from'
          ? 'Diagnose: from'
          : `Diagnose: from ${pair.from ?? ''} to`,
    share: { across: 0.56, down: 0.58, wide: 130 },
    hasFields: false,
    list,
    start: ({ rows }, _) => startRow(rows.flatMap((row) => (row.kind === 'candidate' ? [] : [row]))),
    columns: (_, { picking, theme }) => (picking === null ? hopColumns(theme.symbols) : candidateColumns()),
    shape: (row) => (row.kind === 'heading' ? { line: headingLine(row) } : { cells: row }),
    details(row, _list, place, { diagnosing, theme, keys }, width) {
      if (row.kind === 'candidate') return candidateDetails(row, width);
      const state = stateOf(place, diagnosing);
      return state === null ? [] : wayDetails({ row, state, width, theme, copyKey: keys.label('copy') });
    },
    nameOf: (row, frame) => titleOf(row, frame),
    textOf: lineOf,
    note,
    whyEmpty,
    search: () => null,
    filterProblem: () => null,
    actOnList,
    actOnRow(action, row, _list, place, frame) {
      if (row.kind === 'candidate') return nothing;
      return actOnHop(action, row, wayOf(stateOf(place, frame.diagnosing)), frame);
    },
  });
  const { columns: _, ...rest } = view;
  return {
    ...rest,
    copy(place, frame) {
      const state = stateOf(place, frame.diagnosing);
      const fix =
        state?.kind === 'done' ? state.diagnosis.findings.find((one) => one.fix.length > 0)?.fix : undefined;
      return fix === undefined ? view.copy(place, frame) : fix.join('\n');
    },
    text(place, frame, limit) {
      const state = stateOf(place, frame.diagnosing);
      const { rows } = list(place, frame);
      const way = rows.map((one) => lineOf(one, frame));
      if (state?.kind !== 'done') return way.slice(0, limit);
      const title = `${place.pair.from} to ${place.pair.to}: ${verdictText(state.diagnosis.reachable)}`;
      const details = wayDetails({ row: null, state, width: 100, theme: frame.theme, copyKey: null });
      return [title, '', ...details.map(textOf), '', ...way].slice(0, limit);
    },
    chosen(place, frame) {
      const { rows } = list(place, frame);
      const row = rows.find(({ key }) => key === place.list.key) ?? rows[0];
      return row?.kind === 'candidate' ? row.text : null;
    },
  };
}

function listed(rows: readonly Row[]): Rows {
  return { ...listOf(rows), rows, row: (index) => rows[index] };
}

/** How far the diagnosis of the place's ends is; null where it was not begun. */
function stateOf({ pair }: Place, diagnosing: Diagnosing | null): Diagnosing['state'] | null {
  return diagnosing !== null && isSamePair(pair, diagnosing.pair) ? diagnosing.state : null;
}

function wayOf(state: Diagnosing['state'] | null) {
  return state?.kind === 'done'
    ? state.diagnosis
    : state?.kind === 'running'
      ? (state.progress?.way ?? null)
      : null;
}

/** Enter begins what was not begun; later it goes into the hop. */
function actOnList(action: Action, place: Place, frame: Frame): Effect {
  const pair = wholePair(place.pair);
  if (pair === null) return nothing;
  const state = stateOf(place, frame.diagnosing);
  const isReplay = frame.data.mode === 'replay';
  if (state === null && action === 'in') return { kind: 'diagnose', pair, passive: isReplay };
  if (state === null && action === 'to-packets') return { kind: 'diagnose', pair, passive: true };
  if (action !== 'again' || state?.kind === 'running') return nothing;
  return { kind: 'diagnose', pair, passive: isReplay };
}

function titleOf(row: Row, { theme, diagnosing }: Frame): string {
  switch (row.kind) {
    case 'candidate':
      return row.text;
    case 'heading':
      return row.text;
    case 'hop':
      if (diagnosing?.state.kind === 'running' && row.hop.namespace === null) return 'Attempt';
      return row.status === 'blocked' || row.hop.namespace === null
        ? 'Findings'
        : `${row.hop.namespace} ${theme.symbols.crumb} ${nameOf(row)}`;
  }
}

function lineOf(row: Row, { theme }: Frame): string {
  if (row.kind === 'candidate') return `${row.text}  ${row.what}`;
  if (row.kind === 'heading') return row.text;
  const { hop, status } = row;
  return `${statusLook(status, theme.symbols).symbol} ${hop.hop}  ${hop.what}${hop.evidence === '' ? '' : `  ${hop.evidence}`}`;
}

function note({ rows }: Rows, place: Place, frame: Frame): Line {
  if (frame.picking !== null) return [piece(counted(rows.length, 'end'), 'faint')];
  const { diagnosing, theme } = frame;
  const state = stateOf(place, diagnosing);
  if (state === null) return [];
  if (state.kind === 'running') return [piece(`${theme.symbols.partial} trying`, 'warn')];
  if (state.kind === 'failed') return [piece('failed', 'bad')];
  const { reachable } = state.diagnosis;
  if (reachable === null) return [piece('not known', 'warn')];
  return [piece(reachable ? 'reachable' : 'NOT reachable', reachable ? 'good' : 'bad')];
}

function whyEmpty(place: Place, { picking, diagnosing, data, keys }: Frame): readonly string[] {
  if (picking !== null) return ['Nothing to choose from', 'Type a name or an address.'];
  const pair = wholePair(place.pair);
  if (pair === null) return ['No two ends', `${keys.label('diagnose')} chooses them.`];
  const title = `${pair.from} to ${pair.to}`;
  const state = stateOf(place, diagnosing);
  if (state?.kind === 'failed')
    return [state.why, `${keys.label('again')} tries again, ${keys.label('diagnose')} chooses other ends.`];
  if (state?.kind === 'running') return [title, 'Reading the state of the host.'];
  const enter = keys.label('in');
  if (data.mode === 'replay')
    return [
      title,
      `${enter} diagnoses, from the recording alone. ${keys.label('diagnose')} chooses other ends.`,
    ];
  return [
    title,
    `${enter} makes one attempt, and watches it on every hop.`,
    `${keys.label('to-packets')} goes by the state alone, and sends nothing.`,
    `${keys.label('diagnose')} chooses other ends.`,
  ];
}
