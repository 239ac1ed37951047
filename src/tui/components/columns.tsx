/** The columns that a list can have: which are shown, and in which order. */
import type { ReactElement } from 'react';
import type { Keymap } from '../keymap.ts';
import type { ColumnEntry } from '../state/columns.ts';
import { type Line, piece } from '../text/line.ts';
import type { Theme } from '../theme.ts';
import { Float, offsetFor } from './float.tsx';

export interface ColumnsProps {
  readonly entries: readonly ColumnEntry[];
  readonly cursor: number;
  readonly keys: Keymap;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export function ColumnsList({ entries, cursor, keys, theme, ...area }: ColumnsProps): ReactElement {
  const { symbols } = theme;
  const listed = entries.map(({ title, shown }, index): Line => {
    const here = index === cursor;
    const text = `${here ? symbols.cursor : ' '}${shown ? symbols.up : ' '} ${title}`;
    return [piece(text, here ? 'selected' : shown ? 'plain' : 'faint')];
  });
  const help: readonly (readonly [string, string])[] = [
    [keys.label('freeze'), 'show or hide'],
    [`${keys.label('shut')} ${keys.label('open')}`, 'move up or down'],
    [keys.label('clear-filter'), 'as it was'],
    [keys.label('save'), 'keep in the config file'],
  ];
  const lines = [
    ...listed,
    [],
    ...help.map(([key, text]): Line => [piece(`${key} `, 'key'), piece(text, 'faint')]),
  ];
  // The help after the entries comes into sight at their end; the cursor always is.
  const end = offsetFor(Math.min(cursor + help.length + 1, lines.length - 1), lines.length, area.height);
  const offset = Math.min(end, Math.max(0, cursor - 1));
  return <Float title="Columns" lines={lines} offset={offset} theme={theme} {...area} />;
}
