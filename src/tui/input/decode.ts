/**
 * Bytes of a terminal in raw mode to keys. Key names: a printable character is itself; others are
 * `up`, `page-down`, `ctrl-d`, `shift-tab`, `escape`, ... See xterm's ctlseqs for the sequences.
 */

export type InputEvent =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'paste'; readonly text: string }
  | {
      readonly kind: 'mouse';
      readonly action: 'press' | 'release' | 'wheel-up' | 'wheel-down';
      readonly column: number;
      readonly row: number;
    };

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift-tab',
};

const tildes: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
};

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  ' ': 'space',
  '\u0000': 'ctrl-space',
};

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';
/** Pasted text is for one-line prompts; more than this is no such thing. */
const pasteLimit = 65_536;

/** CSI parameters final, or SS3 final. */
const sequence = /^\u001b(?:\[([<0-9;:?]*)([@-~])|O([@-~]))/;
const unfinished = /^\u001b(?:\[[<0-9;:?]*|O)?$/;

export interface Decoder {
  /** Keys in `text`; what may be the beginning of a sequence waits for more. */
  push(text: string): readonly InputEvent[];
  /** True while an Escape waits to see whether it is a key or the beginning of a sequence. */
  readonly waiting: boolean;
  /** Nothing more came: what waits is keys. */
  flush(): readonly InputEvent[];
}

export function createDecoder(): Decoder {
  let held = '';
  let pasting = false;

  function take(final: boolean): readonly InputEvent[] {
    const events: InputEvent[] = [];
    while (held !== '') {
      if (pasting) {
        const end = held.indexOf(pasteEnd);
        if (end < 0 && held.length < pasteLimit) break;
        const text = end < 0 ? held : held.slice(0, end);
        held = end < 0 ? '' : held.slice(end + pasteEnd.length);
        pasting = false;
        events.push({ kind: 'paste', text });
        continue;
      }
      if (held.startsWith(pasteStart)) {
        pasting = true;
        held = held.slice(pasteStart.length);
        continue;
      }
      if (held.startsWith('\u001b')) {
        const match = sequence.exec(held);
        if (match !== null) {
          held = held.slice(match[0].length);
          const event = sequenceEvent(match[1] ?? '', match[2] ?? match[3] ?? '');
          if (event !== null) events.push(event);
          continue;
        }
        if (!final && unfinished.test(held)) break;
        held = held.slice(1);
        events.push({ kind: 'key', key: 'escape' });
        continue;
      }
      const character = String.fromCodePoint(held.codePointAt(0) ?? 0);
      held = held.slice(character.length);
      events.push({ kind: 'key', key: keyOf(character) });
    }
    return events;
  }

  return {
    push(text) {
      held += text;
      return take(false);
    },
    get waiting() {
      return held !== '' && !pasting;
    },
    flush: () => take(true),
  };
}

function keyOf(character: string): string {
  const named = controls[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character;
}

function sequenceEvent(parameters: string, final: string): InputEvent | null {
  if (parameters.startsWith('<')) return mouseEvent(parameters.slice(1), final);
  const [first = '', modifier = ''] = parameters.split(';');
  const name = final === '~' ? tildes[first] : finals[final];
  if (name === undefined) return null;
  const prefix = modifier === '2' ? 'shift-' : modifier === '5' ? 'ctrl-' : modifier === '3' ? 'alt-' : '';
  return { kind: 'key', key: prefix + name };
}

function mouseEvent(parameters: string, final: string): InputEvent | null {
  const [button = Number.NaN, column = Number.NaN, row = Number.NaN] = parameters.split(';').map(Number);
  if (![button, column, row].every(Number.isInteger)) return null;
  const place = { kind: 'mouse', column: column - 1, row: row - 1 } as const;
  if (button === 64) return { ...place, action: 'wheel-up' };
  if (button === 65) return { ...place, action: 'wheel-down' };
  if ((button & ~0x1c) !== 0) return null;
  return { ...place, action: final === 'M' ? 'press' : 'release' };
}
