/** What typing in a prompt does: filters take effect with every key, commands and file names with Enter. */
import { completeCommand, parseCommand } from './commands.ts';
import { completeFilter } from './filter.ts';
import type { Action } from './keymap.ts';
import { type PaletteName, paletteNames } from './palettes.ts';
import {
  choose,
  endsOf,
  isPicking,
  narrowed,
  openDiagnosis,
  type PickPrompt,
  pairAt,
  unchoose,
} from './picking.ts';
import type { WholePair } from './state/diagnosing.ts';
import { type Prompt, placeNow, say, toView, type Ui, withPlace } from './state/model.ts';
import { typeKey, typeText } from './state/prompt.ts';
import type { Frame, View, Views } from './views/view.ts';
import { tryPacket } from './what-if.ts';

export interface PromptingInput {
  readonly views: Views;
  frame(ui: Ui): Frame;
  /** Begins the diagnosis of two ends that were typed. */
  begin(pair: WholePair, ui: Ui): Ui;
  save(path: string, ui: Ui): Ui;
  perform(action: Action, ui: Ui): Ui;
  /** To the time that was typed. */
  jumpTo(text: string, ui: Ui): Ui;
  quit(ui: Ui): Ui;
}

export interface Prompting {
  key(name: string, prompt: Prompt, ui: Ui): Ui;
  paste(text: string, prompt: Prompt, ui: Ui): Ui;
}

/** Lines that Up brings back. */
const historyLimit = 200;

export function createPrompting(input: PromptingInput): Prompting {
  const { views, frame, begin, save, perform, jumpTo, quit } = input;
  function viewNow(ui: Ui): View {
    return views[placeNow(ui).view];
  }

  function key(name: string, prompt: Prompt, ui: Ui): Ui {
    return isPicking(prompt) ? pickKey(name, prompt, ui) : lineKey(name, prompt, ui);
  }

  /** While an end is chosen the arrows move in the list that it is chosen from. */
  function pickKey(name: string, prompt: PickPrompt, ui: Ui): Ui {
    const view = viewNow(ui);
    const moves: Partial<Record<string, Action>> = {
      up: 'up',
      down: 'down',
      'page-up': 'page-up',
      'page-down': 'page-down',
    };
    const move = moves[name];
    if (move !== undefined) {
      const effect = view.act(move, placeNow(ui), frame(ui));
      return effect.kind === 'stay' ? withPlace(ui, effect.place) : ui;
    }
    switch (name) {
      case 'escape':
      case 'ctrl-c':
        return unchoose(prompt, ui);
      case 'enter':
        return choose(prompt, ui, view, frame(ui));
      case 'tab': {
        const text = view.chosen?.(placeNow(ui), frame(ui)) ?? prompt.text;
        return typed({ ...prompt, ...atEnd(text) }, ui);
      }
      default: {
        const next = typeKey(prompt, name);
        return next === undefined ? ui : typed(next, ui);
      }
    }
  }

  function lineKey(name: string, prompt: Prompt, ui: Ui): Ui {
    switch (name) {
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
        const next = typeKey(prompt, name);
        return next === undefined ? ui : typed(next, ui);
      }
    }
  }

  function complete(prompt: Prompt, ui: Ui): Ui {
    const filter = /^\s*filter\s+/.exec(prompt.text)?.[0].length ?? 0;
    if (prompt.kind === 'command' && filter > 0 && viewNow(ui).hasFields) {
      const { text, cursor } = completeFilter(prompt.text.slice(filter), prompt.cursor - filter);
      return typed({ ...prompt, text: prompt.text.slice(0, filter) + text, cursor: cursor + filter }, ui);
    }
    if (prompt.kind === 'command')
      return typed({ ...prompt, ...atEnd(completeCommand(prompt.text, endsOf(frame(ui).data))) }, ui);
    if (prompt.kind !== 'filter' || !viewNow(ui).hasFields) return ui;
    return typed({ ...prompt, ...completeFilter(prompt.text, prompt.cursor) }, ui);
  }

  function atEnd(text: string): { readonly text: string; readonly cursor: number } {
    return { text, cursor: text.length };
  }

  function recall(prompt: Prompt, step: number, ui: Ui): Ui {
    const past = [...ui.past, ...ui.history].filter((line) => line.startsWith(prompt.kind));
    const at = Math.min(past.length, Math.max(0, prompt.back + step));
    const line = at === 0 ? '' : (past[past.length - at]?.slice(prompt.kind.length + 1) ?? '');
    return typed({ ...prompt, ...atEnd(line), back: at }, ui);
  }

  /** What was typed so far takes effect at once for a filter that makes sense. */
  function typed(prompt: Prompt, ui: Ui): Ui {
    const next = { ...ui, prompt };
    if (isPicking(prompt)) return prompt.text === ui.prompt?.text ? next : narrowed(next, prompt.text);
    if (prompt.kind !== 'filter' || viewNow(ui).filterProblem(prompt.text) !== null) return next;
    return withPlace(next, { ...placeNow(ui), filter: prompt.text.trim() });
  }

  function submit(prompt: Prompt, ui: Ui): Ui {
    const text = prompt.text.trim();
    const next =
      text === '' ? ui : { ...ui, history: [...ui.history, `${prompt.kind} ${text}`].slice(-historyLimit) };
    switch (prompt.kind) {
      case 'filter':
        return filterBy(text, next);
      case 'save':
        return save(text, next);
      case 'packet':
        return text === '' ? next : walk(prompt, next);
      case 'command':
        return text === '' ? next : run(text, next);
      case 'from':
      case 'to':
        return ui;
    }
  }

  function filterBy(text: string, ui: Ui): Ui {
    const problem = viewNow(ui).filterProblem(text);
    if (problem !== null) return say(ui, problem.message, 'problem');
    return withPlace(ui, { ...placeNow(ui), filter: text, search: text });
  }

  /** The walk of the packet that was typed; the prompt stays where it is none. */
  function walk(prompt: Prompt, ui: Ui): Ui {
    const here = frame(ui);
    const namespace = viewNow(ui).wayFrom?.(placeNow(ui), here) ?? 'host';
    const tried = tryPacket(prompt.text, namespace, here.data);
    if (tried.kind === 'problem') return { ...ui, prompt };
    if (tried.evaluation === null) return say(ui, `the state of ${namespace} is not known`, 'problem');
    const title = `${prompt.text.trim()} ${namespace}`;
    return { ...ui, overlay: { kind: 'walk', offset: 0, title, evaluation: tried.evaluation } };
  }

  /** Both ends typed begin at once; without any those of the selected row are offered. */
  function diagnose(from: string | null, to: string | null, ui: Ui): Ui {
    if (from === null) return openDiagnosis(ui, pairAt(viewNow(ui), placeNow(ui), frame(ui)));
    const there = openDiagnosis(ui, { from, to });
    return to === null ? there : begin({ from, to }, there);
  }

  function repaint(palette: PaletteName, ui: Ui): Ui {
    const next = { ...ui, palette };
    const isPlain = frame(next).theme.depth === 'none';
    return say(next, isPlain ? 'this terminal is drawn without colours' : `theme ${palette}`);
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
      case 'time':
        return jumpTo(command.text, ui);
      case 'write':
        return save(command.path, ui);
      case 'action':
        return perform(command.action, ui);
      case 'diagnose':
        return diagnose(command.from, command.to, ui);
      case 'theme':
        return repaint(command.palette ?? after(ui.palette), ui);
      case 'quit':
        return quit(ui);
      case 'unknown':
        return say(ui, `no command "${command.text}": Tab completes, ? helps`, 'problem');
    }
  }

  return { key, paste: (text, prompt, ui) => typed(typeText(prompt, text), ui) };
}

function after(palette: PaletteName): PaletteName {
  return paletteNames[(paletteNames.indexOf(palette) + 1) % paletteNames.length] ?? palette;
}
