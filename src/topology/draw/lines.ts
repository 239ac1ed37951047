/** Lines of styled text and trees of them, for drawings on a terminal. */
import stringWidth from 'string-width';
import { printable } from '../../util/printable.ts';

export type Style = 'plain' | 'heading' | 'name' | 'container' | 'address' | 'good' | 'warn' | 'bad' | 'dim';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export interface TreeNode {
  readonly spans: readonly Span[];
  readonly children: readonly TreeNode[];
}

export interface DrawOptions {
  readonly color?: boolean;
  /** Columns; longer lines are cut. Not given: as long as they are. */
  readonly width?: number;
  /** Only ASCII characters, for terminals without UTF-8. */
  readonly ascii?: boolean;
}

/** SGR parameters (ECMA-48); colours of the terminal's own palette, so that they suit its background. */
const codes: Readonly<Record<Style, string>> = {
  plain: '',
  heading: '1',
  name: '',
  container: '1;32',
  address: '36',
  good: '32',
  warn: '33',
  bad: '31',
  dim: '2',
};

/** A span of text from outside: control characters are made visible. */
export function span(text: string, style: Style = 'plain'): Span {
  return { text: printable(text), style };
}

/** Spans side by side, a gap of two columns between those that are not empty. */
export function row(...spans: readonly (Span | null)[]): readonly Span[] {
  const full = spans.filter((one) => one !== null && one.text !== '');
  return full.flatMap((one, index) =>
    one === null ? [] : index === 0 ? [one] : [{ text: '  ', style: 'plain' as const }, one],
  );
}

/** Columns that the text takes; most of it is ASCII and lines, which need no look at Unicode's tables. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e\u2500-\u257f]*$/.test(text) ? text.length : stringWidth(text);
}

/** Pads each column of the rows to its widest cell. */
function align(rows: readonly (readonly Span[])[]): readonly (readonly Span[])[] {
  const widths: number[] = [];
  for (const cells of rows) {
    cells.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell.text));
    });
  }
  return rows.map((cells) => {
    const last = cells.findLastIndex((cell) => cell.text !== '');
    return cells.slice(0, last + 1).flatMap((cell, column): Span[] => {
      const padding = column === last ? 0 : (widths[column] ?? 0) - widthOf(cell.text);
      const gap = column === last || widths[column] === 0 ? '' : '  ';
      return [cell, { text: ' '.repeat(padding) + gap, style: 'plain' }];
    });
  });
}

/** A leaf for each row, its columns aligned. */
export function rows(cells: readonly (readonly Span[])[]): readonly TreeNode[] {
  return align(cells).map((spans) => ({ spans, children: [] }));
}

export function leaf(...spans: readonly Span[]): TreeNode {
  return { spans: row(...spans), children: [] };
}

export function renderTree(roots: readonly TreeNode[], options: DrawOptions): string {
  const branch =
    options.ascii === true
      ? { fork: '|- ', last: '`- ', through: '|  ' }
      : { fork: '├─ ', last: '└─ ', through: '│  ' };
  const lines: string[] = [];
  const walk = (node: TreeNode, own: string, below: string) => {
    lines.push(renderLine([{ text: own, style: 'dim' }, ...node.spans], options));
    node.children.forEach((child, index) => {
      const last = index === node.children.length - 1;
      walk(child, below + (last ? branch.last : branch.fork), below + (last ? '   ' : branch.through));
    });
  };
  roots.forEach((root, index) => {
    if (index > 0) lines.push('');
    walk(root, '', '');
  });
  return `${lines.join('\n')}\n`;
}

/** One line of spans, cut to the width. */
export function renderLine(spans: readonly Span[], options: DrawOptions): string {
  const more = options.ascii === true ? '~' : '…';
  if (options.width === undefined) {
    return spans
      .map(({ text, style }) => paint(text, style, options.color === true))
      .join('')
      .trimEnd();
  }
  let room = options.width;
  let line = '';
  const total = spans.reduce((sum, { text }) => sum + widthOf(text), 0);
  const cut = total > room;
  if (cut) room = Math.max(0, room - 1);
  for (const { text, style } of spans) {
    const fits = cut ? cutTo(text, room) : text;
    room -= widthOf(fits);
    line += paint(fits, style, options.color === true);
    if (fits.length < text.length) break;
  }
  return (cut ? line + more : line).trimEnd();
}

/** As much of `text` as `columns` take. */
function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let taken = '';
  for (const character of text) {
    if (widthOf(taken + character) > columns) break;
    taken += character;
  }
  return taken;
}

function paint(text: string, style: Style, color: boolean): string {
  const code = codes[style];
  return color && code !== '' && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}
