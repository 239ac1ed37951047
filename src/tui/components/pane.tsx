/** A bordered area with a title in its border, and a scroll bar on it where there is more to see. */
import type { ReactElement } from 'react';
import { fitLine, type Line, paintLine, piece, widthOfLine } from '../text/line.ts';
import type { Role, Theme } from '../theme.ts';
import { Painted } from './painted.tsx';

export interface PaneProps {
  readonly theme: Theme;
  readonly title: Line;
  /** At the right of the upper border: counts, what is filtered. */
  readonly note?: Line;
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** Painted lines, `width - 2` columns each. */
  readonly lines: readonly string[];
  /** What of a longer list is on screen. */
  readonly scroll?: { readonly offset: number; readonly count: number; readonly shown: number };
}

export function Pane(props: PaneProps): ReactElement {
  return <Painted lines={paneLines(props)} width={props.width} height={props.height} />;
}

function paneLines(props: PaneProps): readonly string[] {
  const { theme, width, height, lines } = props;
  const [topLeft, topRight, bottomRight, bottomLeft, across, side] = theme.symbols.box;
  const border: Role = props.focused ? 'borderFocused' : 'border';
  const inner = width - 2;
  const left = theme.paint(border, side);
  const bar = barRows(props);
  const output = [
    paintLine(upperBorder(props, border, `${topLeft}${across}`, `${across}${topRight}`, across), theme),
  ];
  for (let row = 0; row < height - 2; row++) {
    const right = bar?.(row) === true ? theme.paint(border, theme.symbols.scroll) : left;
    output.push(`${left}${lines[row] ?? ' '.repeat(inner)}${right}`);
  }
  output.push(theme.paint(border, `${bottomLeft}${across.repeat(inner)}${bottomRight}`));
  return output;
}

function upperBorder(props: PaneProps, border: Role, start: string, end: string, across: string): Line {
  const room = props.width - 4;
  const note = props.note === undefined || props.note.length === 0 ? [] : framed(props.note, border);
  const kept = widthOfLine(note) + 8 <= room ? note : [];
  const limit = room - widthOfLine(kept);
  const full = framed(props.title, border);
  const title =
    widthOfLine(full) <= limit ? full : fitLine(full, limit, 'left', props.theme.symbols.ellipsis);
  const gap = across.repeat(Math.max(0, limit - widthOfLine(title)));
  return [piece(start, border), ...title, piece(gap, border), ...kept, piece(end, border)];
}

function framed(line: Line, border: Role): Line {
  return [piece(' ', border), ...line, piece(' ', border)];
}

/** Which rows of the right border the scroll bar covers; undefined when everything is on screen. */
function barRows(props: PaneProps): ((row: number) => boolean) | undefined {
  const { scroll } = props;
  const track = props.height - 2;
  if (scroll === undefined || scroll.count <= scroll.shown || track < 2) return undefined;
  const size = Math.max(1, Math.round((track * scroll.shown) / scroll.count));
  const hidden = scroll.count - scroll.shown;
  const start = Math.round(((track - size) * scroll.offset) / hidden);
  return (row) => row >= start && row < start + size;
}
