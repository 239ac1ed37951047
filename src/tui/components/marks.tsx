/** The places that the user marked, by letter: to mark one more, or to go to one. */
import type { ReactElement } from 'react';
import { type Marks, viewLabels } from '../state/model.ts';
import { type Line, piece } from '../text/line.ts';
import type { Theme } from '../theme.ts';
import { Float } from './float.tsx';

export interface MarksProps {
  readonly marks: Marks;
  readonly mode: 'set' | 'go';
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export function MarksList({ marks, mode, ...area }: MarksProps): ReactElement {
  const sorted = [...marks].sort(([a], [b]) => (a < b ? -1 : 1));
  const listed = sorted.map(
    ([letter, { place, title }]): Line => [
      piece(`${letter} `, 'key'),
      piece(`${viewLabels[place.view]} `, 'faint'),
      piece(title),
    ],
  );
  const ask = mode === 'set' ? 'a letter marks this row' : 'a letter goes there';
  const none: Line = [piece('nothing is marked yet', 'faint')];
  const lines = [...(listed.length === 0 ? [none] : listed), [piece(ask, 'accent')]];
  return <Float title={mode === 'set' ? 'Mark' : 'Marks'} lines={lines} {...area} />;
}
