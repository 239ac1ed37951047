/** The help of a view: every key that does something there, from the table of keys. */
import type { ReactElement } from 'react';
import { helpOf, type KeyGroup, type Keymap, keyLabel, type ViewName } from '../keymap.ts';
import { clampScroll } from '../state/list.ts';
import { viewLabels } from '../state/model.ts';
import { type Line, piece, widthOfLine } from '../text/line.ts';
import { wrap } from '../text/width.ts';
import type { Theme } from '../theme.ts';
import { paintFacts } from './facts.ts';
import { Pane } from './pane.tsx';

const groups: readonly KeyGroup[] = ['Go', 'Look', 'Do', 'Move', 'Time', 'Leave'];
const keyWidth = 16;
/** Width from which on the help has two columns. */
const twoColumns = 100;

export interface HelpProps {
  readonly view: ViewName;
  readonly keys: Keymap;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export function Help({ view, keys, offset, width, height, theme }: HelpProps): ReactElement {
  const half = Math.floor((width - 4) / 2);
  const lines =
    width >= twoColumns ? besides(helpLines(view, keys, half - 2), half) : helpLines(view, keys, width - 4);
  const shown = height - 2;
  const first = clampScroll(offset, lines.length, shown);
  return (
    <Pane
      theme={theme}
      title={[piece(`Keys in ${viewLabels[view]}`, 'strong')]}
      note={[piece('any other key closes', 'faint')]}
      width={width}
      height={height}
      focused
      lines={paintFacts(lines, first, width - 2, shown, theme)}
      scroll={{ offset: first, count: lines.length, shown }}
    />
  );
}

/** The help as lines of at most `width` columns. */
export function helpLines(view: ViewName, keys: Keymap, width: number): readonly Line[] {
  const bindings = keys.bindingsOf(view).filter((binding) => binding.keys.length > 0);
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : [[]]),
    [piece(group, 'accent')],
    ...bindings
      .filter((binding) => binding.group === group)
      .flatMap((binding): readonly Line[] => {
        const label = binding.keys.map(keyLabel).join(' ');
        return wrap(helpOf(binding, view), Math.max(12, width - keyWidth)).map((text, line) => [
          piece((line === 0 ? label : '').padEnd(keyWidth), 'key'),
          piece(text),
        ]);
      }),
  ]);
}

/** The same lines in two columns, broken where a group ends. */
function besides(lines: readonly Line[], width: number): readonly Line[] {
  let middle = Math.ceil(lines.length / 2);
  while (middle < lines.length && (lines[middle]?.length ?? 0) > 0) middle++;
  const right = lines.slice(middle + 1);
  return Array.from({ length: Math.max(middle, right.length) }, (_, index) => {
    const line = index < middle ? (lines[index] ?? []) : [];
    return [...line, piece(' '.repeat(Math.max(0, width - widthOfLine(line)))), ...(right[index] ?? [])];
  });
}
