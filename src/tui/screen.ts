/**
 * What is on the terminal, cell by cell. A frame comes in whole; only cells that differ from the frame before
 * are written, with absolute cursor positions, so that a steady screen costs a few hundred bytes a frame and
 * a character whose width the terminal sees otherwise cannot push the rest of its line around.
 */
import { scrollOf, scrollSequence } from './scrolling.ts';
import { graphemes, widthOf } from './text/width.ts';

interface Cells {
  /** One entry per column; the second column of a wide character holds ''. */
  readonly characters: readonly string[];
  /** SGR parameters in force in the column. */
  readonly styles: readonly string[];
}

const sgr = /\u001b\[([0-9;]*)m/y;
const synchronizeStart = '\u001b[?2026h';
const synchronizeEnd = '\u001b[?2026l';
/** Unchanged cells between two changed runs that are cheaper to write again than to jump over. */
const bridge = 4;

/** Splits a painted line into cells. Knows SGR sequences only: the TUI makes no others. */
export function cellsOf(line: string, columns: number): Cells {
  const characters: string[] = [];
  const styles: string[] = [];
  let style = '';
  let position = 0;
  while (position < line.length && characters.length < columns) {
    if (line.charCodeAt(position) === 0x1b) {
      sgr.lastIndex = position;
      const match = sgr.exec(line);
      if (match === null) {
        position++;
        continue;
      }
      style = join(style, match[1] ?? '');
      position = sgr.lastIndex;
      continue;
    }
    const next = line.indexOf('\u001b', position);
    const end = next < 0 ? line.length : next;
    for (const character of graphemes(line.slice(position, end))) {
      const width = Math.max(1, widthOf(character));
      if (characters.length + width > columns) break;
      characters.push(character);
      styles.push(style);
      for (let extra = 1; extra < width; extra++) {
        characters.push('');
        styles.push(style);
      }
    }
    position = end;
  }
  while (characters.length < columns) {
    characters.push(' ');
    styles.push('');
  }
  return { characters, styles };
}

/** Columns `from` to `to` of a painted line; half of a wide character is a space. */
export function sliceCells(line: string, from: number, to: number): string {
  if (to <= from) return '';
  const { characters, styles } = cellsOf(line, to);
  let text = '';
  let style = '';
  for (let column = from; column < to; column++) {
    const character = characters[column] ?? ' ';
    if (character === '' && column > from) continue;
    const wanted = styles[column] ?? '';
    if (wanted !== style) text += wanted === '' ? '\u001b[0m' : `\u001b[0;${wanted}m`;
    style = wanted;
    const cutOff = character === '' || column + widthOf(character) > to;
    text += cutOff ? ' ' : character;
  }
  return style === '' ? text : `${text}\u001b[0m`;
}

/** SGR parameters in force after `code` came while `style` was. Closing codes (39, 22, ...) end that group. */
function join(style: string, code: string): string {
  if (code === '' || code === '0') return '';
  const groups = new Map<string, string>();
  for (const text of [style, code]) {
    const parts = text === '' ? [] : text.split(';');
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] ?? '';
      const number = Number(part);
      if (number === 0) groups.clear();
      else if (number === 38 || number === 48) {
        const length = parts[index + 1] === '2' ? 5 : 3;
        groups.set(part, parts.slice(index, index + length).join(';'));
        index += length - 1;
      } else if (number === 39) groups.delete('38');
      else if (number === 49) groups.delete('48');
      else if (number === 22) {
        groups.delete('1');
        groups.delete('2');
      } else if (number > 22 && number < 30) groups.delete(String(number - 20));
      else if ((number >= 30 && number < 38) || (number >= 90 && number < 98)) groups.set('38', part);
      else if ((number >= 40 && number < 48) || (number >= 100 && number < 108)) groups.set('48', part);
      else groups.set(part, part);
    }
  }
  return [...groups.values()].join(';');
}

export interface Screen {
  /** The bytes that turn what is on the terminal into these lines; empty when nothing changed. */
  draw(lines: readonly string[]): string;
  /** The terminal was cleared, or has another size: the next frame is drawn whole. */
  reset(columns: number, rows: number): void;
}

export function createScreen(initialColumns: number, initialRows: number): Screen {
  let columns = initialColumns;
  let rows = initialRows;
  let lines: string[] = [];
  let cells: (Cells | undefined)[] = [];
  let whole = true;

  return {
    reset(nextColumns, nextRows) {
      columns = nextColumns;
      rows = nextRows;
      lines = [];
      cells = [];
      whole = true;
    },
    draw(next) {
      const blank: Cells = cellsOf('', columns);
      let written = whole ? '\u001b[0m\u001b[2J' : '';
      const scroll = whole ? null : scrollOf(lines, next, rows);
      if (scroll !== null) {
        const { top, bottom, by } = scroll;
        written += scrollSequence(scroll);
        for (const kept of [lines, cells]) kept.copyWithin(top, top + by, bottom + 1);
        lines.fill('', bottom + 1 - by, bottom + 1);
        cells.fill(blank, bottom + 1 - by, bottom + 1);
      }
      for (let row = 0; row < rows; row++) {
        const line = next[row] ?? '';
        if (!whole && lines[row] === line) continue;
        const after = cellsOf(line, columns);
        written += drawLine(row, whole ? blank : (cells[row] ?? blank), after);
        lines[row] = line;
        cells[row] = after;
      }
      whole = false;
      return written === '' ? '' : `${synchronizeStart}${written}${synchronizeEnd}`;
    },
  };
}

const blankPainters = new Map<string, boolean>();

/** Whether a blank in this style can be seen: underlined (4), in reverse video (7), struck through (9), with a background. */
function paintsBlanks(style: string): boolean {
  let paints = blankPainters.get(style);
  if (paints === undefined) {
    const foreground = style.replace(/(?:^|;)38;(?:5;\d+|2;\d+;\d+;\d+)/, '');
    paints = /(?:^|;)(?:4|7|9|4[0-8]|10[0-7])(?:;|$)/.test(foreground);
    blankPainters.set(style, paints);
  }
  return paints;
}

function drawLine(row: number, before: Cells, after: Cells): string {
  const length = after.characters.length;
  const differs = (column: number) =>
    before.characters[column] !== after.characters[column] || before.styles[column] !== after.styles[column];
  // Blank cells in the default style up to the end of the line are erased, not written.
  let blankFrom = length;
  while (blankFrom > 0 && after.characters[blankFrom - 1] === ' ' && after.styles[blankFrom - 1] === '') {
    blankFrom--;
  }
  let written = '';
  let style = '';
  let column = 0;
  while (column < length) {
    if (!differs(column)) {
      column++;
      continue;
    }
    let start = column;
    while (start > 0 && after.characters[start] === '') start--;
    written += `\u001b[${row + 1};${start + 1}H`;
    if (start >= blankFrom && length - start > bridge) {
      if (style !== '') written += '\u001b[0m';
      return `${written}\u001b[K`;
    }
    let last = column;
    for (let ahead = column; ahead < length && ahead - last <= bridge; ahead++)
      if (differs(ahead)) last = ahead;
    let jump = false;
    for (column = start; column <= last || (column < length && after.characters[column] === ''); column++) {
      const character = after.characters[column] ?? ' ';
      if (character === '') continue;
      if (jump) written += `\u001b[${column + 1}G`;
      const wanted = after.styles[column] ?? '';
      // A blank looks the same in any colour: no need to leave the one in force.
      const isSame = wanted === style || (character === ' ' && wanted === '' && !paintsBlanks(style));
      if (!isSame) {
        written += wanted === '' ? '\u001b[0m' : style === '' ? `\u001b[${wanted}m` : `\u001b[0;${wanted}m`;
        style = wanted;
      }
      written += character;
      // Terminals disagree about the width of some of these: say where the next one goes.
      jump = character.length > 1 || after.characters[column + 1] === '';
    }
  }
  return style === '' ? written : `${written}\u001b[0m`;
}
