/** The step of the tour that the user is at, in the corner of the view. */
import type { ReactElement } from 'react';
import type { Keymap } from '../keymap.ts';
import { type Line, piece } from '../text/line.ts';
import { wrap } from '../text/width.ts';
import type { Theme } from '../theme.ts';
import { tour } from '../tour.ts';
import { Float } from './float.tsx';

/** Columns of its text. */
const textWidth = 44;

export interface TourProps {
  readonly step: number;
  readonly keys: Keymap;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export function Tour({ step, keys, ...area }: TourProps): ReactElement {
  const text = tour[step]?.text(keys) ?? '';
  const lines: readonly Line[] = [
    ...wrap(text, Math.min(textWidth, area.width - 6)).map((line): Line => [piece(line)]),
    [piece(`${keys.label('back')} ends the tour`, 'faint')],
  ];
  return <Float title={`Tour ${step + 1} of ${tour.length}`} lines={lines} {...area} />;
}
