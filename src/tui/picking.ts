/** Choosing the two ends of a diagnosis: from what is selected, from a list that narrows while one types, or by name. */
import type { Ends } from './commands.ts';
import type { Pair } from './state/diagnosing.ts';
import { listStart } from './state/list.ts';
import { back, into, type Prompt, placeNow, type Ui, withPlace } from './state/model.ts';
import { type Place, placeOf } from './state/place.ts';
import { openPrompt } from './state/prompt.ts';
import type { Shown } from './state/shown.ts';
import { fromCandidates, toCandidates } from './views/diagnose/candidates.ts';
import { pairOfFlow } from './views/diagnose/pair.ts';
import { indexReport } from './views/flows/report.ts';
import type { Frame, View } from './views/view.ts';

export type PickPrompt = Prompt & { readonly kind: 'from' | 'to' };

export function isPicking(prompt: Prompt): prompt is PickPrompt {
  return prompt.kind === 'from' || prompt.kind === 'to';
}

const noPair: Pair = { from: null, to: null };

/** The ends that the selected row names: those of its flow, or what can send from it. */
export function pairAt(view: View, place: Place, frame: Frame): Pair {
  const { data } = frame;
  const named = view.pairFrom?.(place, frame) ?? null;
  if (named !== null) return named;
  const id = view.conversation?.(place, frame)?.flow;
  const flow = id === undefined ? undefined : indexReport(data.flows()).flow(id);
  if (flow !== undefined) return pairOfFlow(flow, data.topology);
  if (view.name !== 'topology') return noPair;
  return { from: view.wayFrom?.(place, frame) ?? null, to: null };
}

/** The words that `diagnose` is completed with. */
export function endsOf(data: Pick<Shown, 'topology' | 'flows'>): Ends {
  const { topology } = data;
  const report = data.flows();
  return {
    from: fromCandidates(topology, report).map(({ text }) => text),
    to: toCandidates(topology, report).map(({ text }) => text),
  };
}

/** Into the diagnosis of these ends; those that are not known are asked for. */
export function openDiagnosis(ui: Ui, pair: Pair): Ui {
  const here = placeNow(ui);
  const place: Place = { ...placeOf('diagnose', labelOf(pair)), pair };
  const there = here.view === 'diagnose' ? withPlace(ui, place) : into(ui, place);
  return ask(there);
}

function labelOf({ from, to }: Pair): string {
  if (from === null) return 'Diagnose';
  return to === null ? `from ${from}` : `${from} to ${to}`;
}

/** Asks for the end that is missing. */
function ask(ui: Ui): Ui {
  const { pair } = placeNow(ui);
  if (pair.from === null) return { ...ui, prompt: openPrompt('from', '') };
  if (pair.to === null) return { ...ui, prompt: openPrompt('to', '') };
  return ui;
}

/** What was typed narrows the list, with the best on top. */
export function narrowed(ui: Ui, text: string): Ui {
  return withPlace(ui, { ...placeNow(ui), filter: text, list: listStart, details: listStart });
}

/** The end that the cursor is on; the prompt stays where there is none. */
export function choose(prompt: PickPrompt, ui: Ui, view: View, frame: Frame): Ui {
  const place = placeNow(ui);
  const text = view.chosen?.(place, frame) ?? null;
  if (text === null) return ui;
  const pair = { ...place.pair, [prompt.kind]: text };
  const next = { ...place, pair, label: labelOf(pair), filter: '', list: listStart, details: listStart };
  return ask(withPlace({ ...ui, prompt: null }, next));
}

/** Esc: from TO to FROM, from FROM out of the view. */
export function unchoose(prompt: PickPrompt, ui: Ui): Ui {
  const place = { ...placeNow(ui), filter: '', list: listStart };
  if (prompt.kind === 'from') return back({ ...ui, prompt: null });
  const pair = { from: null, to: null };
  return ask(withPlace({ ...ui, prompt: null }, { ...place, pair, label: labelOf(pair) }));
}
