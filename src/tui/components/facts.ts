/** Lines of a details pane: headings, and facts with their labels in a column of their own. */
import { fitLine, type Line, paintLine, piece, type Span } from '../text/line.ts';
import { widthOf, wrap } from '../text/width.ts';
import type { Role, Theme } from '../theme.ts';

const labelWidth = 11;

export function heading(text: string): readonly Line[] {
  return [[], [piece(text, 'strong')]];
}

/** `label` and a value that goes on in further lines where it is longer than `width`. */
export function fact(label: string, value: string, width: number, role: Role = 'plain'): readonly Line[] {
  const room = Math.max(8, width - labelWidth);
  return wrap(value, room).map((text, index) => [
    piece(labelled(index === 0 ? label : ''), 'faint'),
    piece(text, role),
  ]);
}

/** A label that is longer than its column keeps a space after it. */
function labelled(label: string): string {
  return label.length < labelWidth ? label.padEnd(labelWidth) : `${label} `;
}

/** A value that is made of several pieces and stays on one line. */
export function factLine(label: string, value: Line): Line {
  return [piece(label.padEnd(labelWidth), 'faint'), ...value];
}

/** Text over as many lines as it takes, each after `indent`. */
export function paragraph(text: string, width: number, role: Role = 'plain', indent = ''): readonly Line[] {
  return wrap(text, Math.max(8, width - widthOf(indent))).map((line, index) => [
    piece(index === 0 ? indent : ' '.repeat(widthOf(indent)), 'faint'),
    piece(line, role),
  ]);
}

/** `lines` without the blank line that a heading puts before itself at the top. */
export function trimmed(lines: readonly Line[]): readonly Line[] {
  const start = lines.findIndex((line) => line.length > 0);
  return start <= 0 ? lines : lines.slice(start);
}

/** Lines `offset` on of a details pane, painted, with a column of space at its left. */
export function paintFacts(
  lines: readonly Line[],
  offset: number,
  width: number,
  height: number,
  theme: Theme,
): readonly string[] {
  return lines.slice(offset, offset + Math.max(0, height)).map((line) => {
    const spans: Span[] = [piece(' '), ...line];
    return paintLine(fitLine(spans, width, 'left', theme.symbols.ellipsis), theme);
  });
}
