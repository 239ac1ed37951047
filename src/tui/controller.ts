/** What keys do: from what the terminal sends to the next state. */
import { writeFile } from 'node:fs/promises';
import type { Session } from '../session/model.ts';
import { messageOf } from '../util/errors.ts';
import { completeCommand, parseCommand } from './commands.ts';
import { tabAt } from './components/header.tsx';
import { completeFilter } from './filter.ts';
import type { InputEvent } from './input/decode.ts';
import { type Action, actionOf, type viewNames } from './keymap.ts';
import { headerRows, isTooSmall, viewSize } from './layout.ts';
import { back, into, type Prompt, placeNow, say, toView, type Ui, withPlace } from './state/model.ts';
import { openPrompt, typeKey, typeText } from './state/prompt.ts';
import { freeze } from './state/shown.ts';
import type { Store } from './state/store.ts';
import { cut } from './text/width.ts';
import type { Theme } from './theme.ts';
import type { Effect, Frame, View } from './views/view.ts';

export type Views = Readonly<Record<(typeof viewNames)[number], View>>;

export interface ControllerInput {
  readonly session: Session;
  readonly store: Store<Ui>;
  readonly views: Views;
  readonly theme: Theme;
  /** What only the terminal can do. */
  readonly terminal: {
    redraw(): void;
    suspend(): void;
    setMouse(on: boolean): void;
    copy(text: string): void;
  };
  quit(): void;
}

/** Rows that a turn of the wheel moves. */
const wheelRows = 3;
/** Rows that `w` writes at most. */
const saveLimit = 1_000_000;

export function frameOf(ui: Ui, session: Session, theme: Theme): Frame {
  return { data: ui.frozen ?? session, theme, ...viewSize(ui.columns, ui.rows) };
}

export function createController(input: ControllerInput): (event: InputEvent) => void {
  const { session, store, views, theme, terminal } = input;

  function frame(ui: Ui): Frame {
    return frameOf(ui, session, theme);
  }

  function apply(effect: Effect, ui: Ui): Ui {
    switch (effect.kind) {
      case 'stay':
        return withPlace(ui, effect.place);
      case 'into':
        return into(ui, effect.place);
      case 'say':
        return say(ui, effect.text);
      case 'none':
        return ui;
    }
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
      case 'next-pane':
        return toPane((place.pane + 1) % view.panes, ui);
      case 'previous-pane':
        return toPane((place.pane + view.panes - 1) % view.panes, ui);
      case 'back':
        return place.pane > 0 ? withPlace(ui, { ...place, pane: 0 }) : leave(ui);
      case 'filter':
        return { ...ui, prompt: openPrompt('filter', place.filter) };
      case 'clear-filter':
        return place.filter === '' ? ui : withPlace(ui, { ...place, search: place.filter, filter: '' });
      case 'freeze':
        return { ...ui, frozen: ui.frozen === null ? freeze(session) : null };
      case 'copy':
        return copy(ui, view);
      case 'save':
        return { ...ui, prompt: openPrompt('save', fileName(place.view)) };
      case 'command':
        return { ...ui, prompt: openPrompt('command', '') };
      case 'mouse':
        terminal.setMouse(!ui.mouse);
        return say({ ...ui, mouse: !ui.mouse }, ui.mouse ? 'mouse off: select text as usual' : 'mouse on');
      case 'redraw':
        terminal.redraw();
        return ui;
      case 'suspend':
        terminal.suspend();
        return ui;
      case 'help':
        return { ...ui, help: 0 };
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
    if (place.filter !== '') return withPlace(ui, { ...place, search: place.filter, filter: '' });
    return back(ui);
  }

  function quit(ui: Ui): Ui {
    if (session.writing !== null && session.state === 'capturing' && !ui.quitting) {
      return say({ ...ui, quitting: true }, `recording to ${session.writing}: q again ends it and quits`);
    }
    input.quit();
    return ui;
  }

  function copy(ui: Ui, view: View): Ui {
    const text = view.copy(placeNow(ui), frame(ui));
    if (text === null) return say(ui, 'nothing is selected');
    terminal.copy(text);
    return say(ui, `copied: ${cut(text, 40, theme.symbols.ellipsis)}`);
  }

  function save(ui: Ui, path: string): Ui {
    if (path === '') return say(ui, 'a file name, please', 'problem');
    const lines = viewNow(ui).text(placeNow(ui), frame(ui), saveLimit);
    // `wx`: a file that is there already is never overwritten.
    writeFile(path, `${lines.join('\n')}\n`, { flag: 'wx' }).then(
      () => store.set(say(store.get(), `${lines.length} lines in ${path}`)),
      (error: unknown) => store.set(say(store.get(), `cannot write ${path}: ${messageOf(error)}`, 'problem')),
    );
    return ui;
  }

  function promptKey(key: string, prompt: Prompt, ui: Ui): Ui {
    switch (key) {
      case 'escape':
      case 'ctrl-c':
        return prompt.kind === 'filter'
          ? withPlace({ ...ui, prompt: null }, { ...placeNow(ui), filter: prompt.before })
          : { ...ui, prompt: null };
      case 'enter':
        return submit(prompt, { ...ui, prompt: null });
      case 'tab':
        return complete(prompt, ui);
      case 'up':
        return recall(prompt, 1, ui);
      case 'down':
        return recall(prompt, -1, ui);
      default: {
        const next = typeKey(prompt, key);
        return next === undefined ? ui : typed(next, ui);
      }
    }
  }

  function complete(prompt: Prompt, ui: Ui): Ui {
    if (prompt.kind === 'command') return typed({ ...prompt, ...atEnd(completeCommand(prompt.text)) }, ui);
    if (prompt.kind !== 'filter' || !viewNow(ui).hasFields) return ui;
    return typed({ ...prompt, ...completeFilter(prompt.text, prompt.cursor) }, ui);
  }

  function atEnd(text: string): { readonly text: string; readonly cursor: number } {
    return { text, cursor: text.length };
  }

  function recall(prompt: Prompt, step: number, ui: Ui): Ui {
    const past = ui.history.filter((line) => line.startsWith(prompt.kind));
    const at = Math.min(past.length, Math.max(0, prompt.back + step));
    const line = at === 0 ? '' : (past[past.length - at]?.slice(prompt.kind.length + 1) ?? '');
    return typed({ ...prompt, ...atEnd(line), back: at }, ui);
  }

  /** What was typed so far takes effect at once for a filter that makes sense. */
  function typed(prompt: Prompt, ui: Ui): Ui {
    const next = { ...ui, prompt };
    if (prompt.kind !== 'filter' || viewNow(ui).filterProblem(prompt.text) !== null) return next;
    return withPlace(next, { ...placeNow(ui), filter: prompt.text.trim() });
  }

  function submit(prompt: Prompt, ui: Ui): Ui {
    const text = prompt.text.trim();
    const next = text === '' ? ui : { ...ui, history: [...ui.history, `${prompt.kind} ${text}`].slice(-200) };
    switch (prompt.kind) {
      case 'filter':
        return filterBy(text, next);
      case 'save':
        return save(next, text);
      case 'command':
        return text === '' ? next : run(text, next);
    }
  }

  function filterBy(text: string, ui: Ui): Ui {
    const problem = viewNow(ui).filterProblem(text);
    if (problem !== null) return say(ui, problem.message, 'problem');
    return withPlace(ui, { ...placeNow(ui), filter: text, search: text });
  }

  function run(line: string, ui: Ui): Ui {
    const command = parseCommand(line);
    switch (command.kind) {
      case 'view':
        return toView(ui, command.view);
      case 'packet': {
        const here = placeNow(ui).view === 'packets' ? ui : toView(ui, 'packets');
        const place = views.packets.jump?.(command.number, placeNow(here), frame(here)) ?? null;
        return place === null ? say(here, 'there are no packets here') : withPlace(here, place);
      }
      case 'filter':
        return filterBy(command.text, ui);
      case 'write':
        return save(ui, command.path);
      case 'help':
        return { ...ui, help: 0 };
      case 'quit':
        return quit(ui);
      case 'unknown':
        return say(ui, `no command "${command.text}": Tab completes, ? helps`, 'problem');
    }
  }

  function helpKey(key: string, offset: number, ui: Ui): Ui {
    const action = actionOf(key, placeNow(ui).view);
    const page = Math.max(1, ui.rows - 6);
    switch (action) {
      case 'down':
        return { ...ui, help: offset + 1 };
      case 'up':
        return { ...ui, help: Math.max(0, offset - 1) };
      case 'page-down':
      case 'half-down':
        return { ...ui, help: offset + page };
      case 'page-up':
      case 'half-up':
        return { ...ui, help: Math.max(0, offset - page) };
      case 'top':
        return { ...ui, help: 0 };
      case 'suspend':
      case 'redraw':
        return perform(action, ui);
      default:
        return { ...ui, help: null };
    }
  }

  function press(key: string, ui: Ui): Ui {
    const asked = ui.quitting;
    const view = placeNow(ui).view;
    if (ui.prompt !== null && !isTooSmall(ui.columns, ui.rows)) return promptKey(key, ui.prompt, ui);
    if (ui.help !== null) return helpKey(key, ui.help, ui);
    const action = actionOf(key, view);
    const next = action === undefined ? ui : perform(action, { ...ui, message: null });
    return asked && action !== 'quit' ? { ...next, quitting: false } : next;
  }

  function mouse(event: Extract<InputEvent, { kind: 'mouse' }>, ui: Ui): Ui {
    if (ui.help !== null || ui.prompt !== null || event.action === 'release') return ui;
    if (event.action === 'wheel-up' || event.action === 'wheel-down') {
      const action = event.action === 'wheel-up' ? 'up' : 'down';
      let next = ui;
      for (let step = 0; step < wheelRows; step++) next = perform(action, next);
      return next;
    }
    if (event.row === headerRows - 1) {
      const view = tabAt(event.column);
      return view === undefined ? ui : toView(ui, view);
    }
    const place = placeNow(ui);
    return apply(viewNow(ui).point(event.column, event.row - headerRows, place, frame(ui)), ui);
  }

  return (event) => {
    const ui = store.get();
    switch (event.kind) {
      case 'key':
        store.set(press(event.key, ui));
        break;
      case 'paste':
        if (ui.prompt !== null) store.set(typed(typeText(ui.prompt, event.text), ui));
        break;
      case 'mouse':
        store.set(mouse(event, ui));
        break;
    }
  };
}

/** `netscope-flows-2026-11-20T102431.txt` */
function fileName(view: string): string {
  return `netscope-${view}-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.txt`;
}
