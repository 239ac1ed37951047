/** What keys do: from what the terminal sends to the next state. */
import type { Session } from '../session/model.ts';
import { columnsKey, marksKey, openColumns, type SaveColumns } from './choosing.ts';
import { tabAt } from './components/header.tsx';
import type { DiagnosisRunner } from './diagnosing.ts';
import type { InputEvent } from './input/decode.ts';
import type { Action, Keymap } from './keymap.ts';
import { headerRows, isTooSmall, timeRowsOf, viewSize } from './layout.ts';
import { openDiagnosis, pairAt } from './picking.ts';
import { createPrompting } from './prompting.ts';
import { fileNameFor, saveShown } from './saving.ts';
import type { WholePair } from './state/diagnosing.ts';
import { listStart } from './state/list.ts';
import { back, into, type Overlay, placeNow, say, toView, type Ui, withPlace } from './state/model.ts';
import { openPrompt } from './state/prompt.ts';
import { freeze, shownNow } from './state/shown.ts';
import type { Store } from './state/store.ts';
import { cut } from './text/width.ts';
import type { Themes } from './theme.ts';
import { createTiming, jumpTo } from './timing.ts';
import { advanceTour } from './tour.ts';
import type { Effect, Frame, View, Views } from './views/view.ts';

export interface ControllerInput {
  readonly session: Session;
  readonly store: Store<Ui>;
  readonly views: Views;
  readonly themes: Themes;
  readonly keys: Keymap;
  /** What only the terminal can do. */
  readonly terminal: {
    redraw(): void;
    suspend(): void;
    setMouse(on: boolean): void;
    copy(text: string): void;
  };
  readonly saveColumns: SaveColumns | null;
  readonly runner: DiagnosisRunner;
  quit(): void;
}

/** Rows that a turn of the wheel moves. */
const wheelRows = 3;

export function frameOf(ui: Ui, session: Session, look: Pick<Frame, 'theme' | 'keys'>): Frame {
  const { kind } = ui.prompt ?? {};
  return {
    data: shownNow(ui, session),
    chosen: ui.chosen,
    diagnosing: ui.diagnosing,
    picking: kind === 'from' || kind === 'to' ? kind : null,
    ...look,
    ...viewSize(ui.columns, ui.rows, timeRowsOf(ui, session)),
  };
}

export function createController(input: ControllerInput): (event: InputEvent) => void {
  const { session, store, views, themes, keys, terminal, runner } = input;

  function frame(ui: Ui): Frame {
    return frameOf(ui, session, { theme: themes(ui.palette), keys });
  }

  const prompting = createPrompting({
    views,
    frame,
    perform,
    begin: (pair, ui) => begin(pair, session.mode === 'replay', ui),
    save: (path, ui) => saveShown(path, viewNow(ui), frame(ui), ui, store),
    jumpTo: (text, ui) => jumpTo(text, ui, session),
    quit,
  });

  const timing = createTiming(session, keys);

  function apply(effect: Effect, ui: Ui): Ui {
    switch (effect.kind) {
      case 'stay':
        return withPlace(ui, effect.place);
      case 'into':
        return into(ui, effect.place);
      case 'say':
        return say(ui, effect.text);
      case 'diagnose':
        return begin(effect.pair, effect.passive, ui);
      case 'none':
        return ui;
    }
  }

  /** The diagnosis of these ends, with the cursor where it is by itself. */
  function begin(pair: WholePair, passive: boolean, ui: Ui): Ui {
    const place = { ...placeNow(ui), list: listStart, details: listStart };
    return { ...withPlace(ui, place), diagnosing: runner.start(pair, passive) };
  }

  function viewNow(ui: Ui): View {
    return views[placeNow(ui).view];
  }

  function perform(action: Action, ui: Ui): Ui {
    const place = placeNow(ui);
    const view = viewNow(ui);
    switch (action) {
      case 'view-topology':
        return toView(ui, 'topology');
      case 'view-flows':
        return toView(ui, 'flows');
      case 'view-packets':
        return toView(ui, 'packets');
      case 'view-rules':
        return toView(ui, 'rules');
      case 'view-problems':
        return toView(ui, 'problems');
      case 'view-statistics':
        return toView(ui, 'statistics');
      case 'next-pane':
        return toPane((place.pane + 1) % view.panes, ui);
      case 'previous-pane':
        return toPane((place.pane + view.panes - 1) % view.panes, ui);
      case 'back':
        if (ui.tour !== null) return { ...ui, tour: null };
        return place.pane > 0 ? withPlace(ui, { ...place, pane: 0 }) : leave(ui);
      case 'filter':
        return { ...ui, prompt: openPrompt('filter', place.filter) };
      case 'clear-filter':
        return place.filter === '' ? ui : withoutFilter(ui);
      case 'freeze':
        return { ...ui, frozen: ui.frozen === null ? freeze(shownNow(ui, session)) : null };
      case 'copy':
        return copy(ui, view);
      case 'save':
        return { ...ui, prompt: openPrompt('save', fileNameFor(place.view, new Date())) };
      case 'command':
        return { ...ui, prompt: openPrompt('command', '') };
      case 'mouse':
        terminal.setMouse(!ui.mouse);
        return say({ ...ui, mouse: !ui.mouse }, ui.mouse ? 'mouse off: select text as usual' : 'mouse on');
      case 'mark':
        return { ...ui, overlay: { kind: 'marks', offset: 0, mode: 'set' } };
      case 'to-mark':
        return { ...ui, overlay: { kind: 'marks', offset: 0, mode: 'go' } };
      case 'columns':
        return openColumns(ui, view, frame(ui));
      case 'redraw':
        terminal.redraw();
        return ui;
      case 'suspend':
        terminal.suspend();
        return ui;
      case 'help':
        return { ...ui, overlay: { kind: 'help', offset: 0 } };
      case 'stream':
        return showStream(ui);
      case 'way':
        return showWay(ui);
      case 'what-if':
        return { ...ui, prompt: openPrompt('packet', '') };
      case 'diagnose':
        return openDiagnosis(ui, pairAt(viewNow(ui), placeNow(ui), frame(ui)));
      case 'log':
        return { ...ui, overlay: { kind: 'log', offset: 0 } };
      case 'quit':
        return quit(ui);
      default:
        return apply(view.act(action, place, frame(ui)), ui);
    }
  }

  /** What is looked at in another pane stays: a list that follows the newest stops there. */
  function toPane(pane: number, ui: Ui): Ui {
    const place = placeNow(ui);
    if (!place.follow || pane === 0) return withPlace(ui, { ...place, pane });
    const here = placeNow(apply(viewNow(ui).act('follow', place, frame(ui)), ui));
    return withPlace(ui, { ...here, pane });
  }

  /** Esc: first takes the filter off, then goes back the way the user came. */
  function leave(ui: Ui): Ui {
    const place = placeNow(ui);
    if (place.filter !== '') return withoutFilter(ui);
    if (ui.way.length > 1 || session.state !== 'loading') return back(ui);
    void session.stop();
    return say(ui, 'loading stopped: what was read so far is shown');
  }

  /** Everything again, with the cursor still on what was found. */
  function withoutFilter(ui: Ui): Ui {
    const place = viewNow(ui).anchored(placeNow(ui), frame(ui));
    return withPlace(ui, { ...place, search: place.filter, filter: '' });
  }

  function quit(ui: Ui): Ui {
    if (session.writing !== null && session.state === 'capturing' && !ui.quitting) {
      return say(
        { ...ui, quitting: true },
        `recording to ${session.writing}: ${keys.label('quit')} again ends it and quits`,
      );
    }
    input.quit();
    return ui;
  }

  function showStream(ui: Ui): Ui {
    const here = frame(ui);
    const found = viewNow(ui).conversation?.(placeNow(ui), here) ?? null;
    if (found === null) return say(ui, 'this belongs to no flow');
    const pieces = here.data.follow(found.flow);
    return { ...ui, overlay: { kind: 'stream', offset: 0, title: found.title, pieces } };
  }

  function showWay(ui: Ui): Ui {
    const namespace = viewNow(ui).wayFrom?.(placeNow(ui), frame(ui)) ?? null;
    if (namespace === null) return say(ui, 'nothing is selected');
    return { ...ui, overlay: { kind: 'way', offset: 0, namespace } };
  }

  function copy(ui: Ui, view: View): Ui {
    const text = view.copy(placeNow(ui), frame(ui));
    if (text === null) return say(ui, 'nothing is selected');
    terminal.copy(text);
    return say(ui, `copied: ${cut(text, 40, themes(ui.palette).symbols.ellipsis)}`);
  }

  function overlayKey(key: string, overlay: Overlay, ui: Ui): Ui {
    const action = keys.actionOf(key, placeNow(ui).view);
    if (action === 'suspend' || action === 'redraw') return perform(action, ui);
    if (overlay.kind === 'marks') return marksKey(key, overlay.mode, ui, viewNow(ui), frame(ui));
    if (overlay.kind === 'columns')
      return columnsKey(key, overlay, ui, frame(ui), { views, store, save: input.saveColumns });
    const page = Math.max(1, ui.rows - 6);
    const steps: Partial<Record<Action, number>> = {
      down: 1,
      up: -1,
      'page-down': page,
      'half-down': page >> 1,
      'page-up': -page,
      'half-up': -(page >> 1),
      top: -overlay.offset,
    };
    const step = action === undefined ? undefined : steps[action];
    if (step === undefined) return { ...ui, overlay: null };
    return { ...ui, overlay: { ...overlay, offset: Math.max(0, overlay.offset + step) } };
  }

  function press(key: string, ui: Ui): Ui {
    const asked = ui.quitting;
    const view = placeNow(ui).view;
    if (ui.prompt !== null && !isTooSmall(ui.columns, ui.rows)) return prompting.key(key, ui.prompt, ui);
    if (ui.overlay !== null) return overlayKey(key, ui.overlay, ui);
    const action = keys.actionOf(key, view);
    const quiet = { ...ui, message: null };
    const next = action === undefined ? ui : (timing(action, quiet) ?? perform(action, quiet));
    return asked && action !== 'quit' ? { ...next, quitting: false } : next;
  }

  function mouse(event: Extract<InputEvent, { kind: 'mouse' }>, ui: Ui): Ui {
    if (ui.overlay !== null || ui.prompt !== null || event.action === 'release') return ui;
    if (event.action === 'wheel-up' || event.action === 'wheel-down') {
      const action = event.action === 'wheel-up' ? 'up' : 'down';
      let next = ui;
      for (let step = 0; step < wheelRows; step++) next = perform(action, next);
      return next;
    }
    if (event.row === headerRows - 1) {
      const view = tabAt(event.column, ui, themes(ui.palette), keys);
      return view === undefined ? ui : toView(ui, view);
    }
    const place = placeNow(ui);
    return apply(viewNow(ui).point(event.column, event.row - headerRows, place, frame(ui)), ui);
  }

  return (event) => {
    const ui = store.get();
    switch (event.kind) {
      case 'key':
        store.set(advanceTour(press(event.key, ui)));
        break;
      case 'paste':
        if (ui.prompt !== null) store.set(prompting.paste(event.text, ui.prompt, ui));
        break;
      case 'mouse':
        store.set(advanceTour(mouse(event, ui)));
        break;
    }
    runner.keep(store.get());
  };
}
