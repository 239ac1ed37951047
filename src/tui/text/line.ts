/**
 * A line of the screen: pieces with roles, cut to its width and painted. Every text that is shown becomes a
 * piece, so this is where characters that a terminal would act on are taken out.
 */
import { printable } from '../../util/printable.ts';
import type { Role, Theme } from '../theme.ts';
import { cut, widthOf } from './width.ts';

export interface Span {
  readonly role: Role;
  readonly text: string;
}

export type Line = readonly Span[];

export function piece(text: string, role: Role = 'plain'): Span {
  return { role, text: printable(text) };
}

export function widthOfLine(line: Line): number {
  let width = 0;
  for (const span of line) width += widthOf(span.text);
  return width;
}

export function textOf(line: Line): string {
  return line.map((span) => span.text).join('');
}

/** `line` in exactly `width` columns. */
export function fitLine(line: Line, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): Span[] {
  const whole = widthOfLine(line);
  if (whole <= width) {
    const space = piece(' '.repeat(width - whole));
    return align === 'left' ? [...line, space] : [space, ...line];
  }
  const spans: Span[] = [];
  let room = width;
  for (const span of line) {
    const wide = widthOf(span.text);
    if (wide < room) {
      spans.push(span);
      room -= wide;
      continue;
    }
    // Something was cut off here or follows: this span ends with the ellipsis.
    const rest = wide === room ? cut(`${span.text} `, room, ellipsis) : cut(span.text, room, ellipsis);
    spans.push({ role: span.role, text: rest });
    room -= widthOf(rest);
    break;
  }
  if (room > 0) spans.push(piece(' '.repeat(room)));
  return spans;
}

/** `line` as text with SGR sequences; `over` replaces every role, for a selected row. */
export function paintLine(line: Line, theme: Theme, over?: Role): string {
  if (over !== undefined) return theme.paint(over, textOf(line));
  let painted = '';
  for (const span of line) painted += theme.paint(span.role, span.text);
  return painted;
}
