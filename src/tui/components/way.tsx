/** The way from a namespace to the outside, drawn: as long as it is open, it follows what changes. */
import type { ReactElement } from 'react';
import type { Style } from '../../topology/draw/lines.ts';
import { wayLines } from '../../topology/draw/way.ts';
import type { Topology } from '../../topology/model.ts';
import { findWayOut, findWaysAside } from '../../topology/way-out.ts';
import { clampScroll } from '../state/list.ts';
import { type Line, piece } from '../text/line.ts';
import type { Role, Theme } from '../theme.ts';
import { paintFacts } from './facts.ts';
import { Pane } from './pane.tsx';

export interface WayProps {
  readonly topology: Topology | null;
  /** Name of the namespace that the way begins in. */
  readonly namespace: string;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

const roles: Readonly<Record<Style, Role>> = {
  plain: 'plain',
  heading: 'strong',
  name: 'plain',
  container: 'name',
  address: 'address',
  good: 'good',
  warn: 'warn',
  bad: 'bad',
  dim: 'faint',
};

export function Way({ topology, namespace, offset, width, height, theme }: WayProps): ReactElement {
  const lines = linesOf(topology, namespace, width - 3, theme);
  const shown = height - 2;
  const first = clampScroll(offset, lines.length, shown);
  return (
    <Pane
      theme={theme}
      title={[piece('Way out of ', 'strong'), piece(namespace, 'name')]}
      note={[piece('any other key closes', 'faint')]}
      width={width}
      height={height}
      focused
      lines={paintFacts(lines, first, width - 2, shown, theme)}
      scroll={{ offset: first, count: lines.length, shown }}
    />
  );
}

function linesOf(topology: Topology | null, name: string, width: number, theme: Theme): readonly Line[] {
  const namespace = topology?.namespaces.find((candidate) => candidate.name === name);
  if (topology === null || namespace === undefined) {
    const isStopped = topology?.stoppedContainers.some((container) => container.name === name) === true;
    return [[piece(isStopped ? `${name} does not run` : `${name} is not there any more`, 'warn')]];
  }
  const lines = wayLines(
    findWayOut(topology, namespace.id),
    { ascii: theme.symbols.ascii, width },
    findWaysAside(topology, namespace.id),
  );
  return lines.map((spans) => spans.map(({ text, style }) => piece(text, roles[style])));
}
