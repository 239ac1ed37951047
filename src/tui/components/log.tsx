/** What went wrong and how the capture goes: warnings, and the interfaces with what they saw and lost. */
import type { ReactElement } from 'react';
import type { Session, SessionEvent, SessionInterface } from '../../session/model.ts';
import { clampScroll } from '../state/list.ts';
import { type Line, piece } from '../text/line.ts';
import { bytes, clock, count, counted } from '../text/units.ts';
import { fitText } from '../text/width.ts';
import type { Theme } from '../theme.ts';
import { heading, paintFacts, paragraph, trimmed } from './facts.ts';
import { Pane } from './pane.tsx';

export interface LogProps {
  readonly session: Session;
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

export function Log({ session, offset, width, height, theme }: LogProps): ReactElement {
  const lines = logLines(session, width - 4, theme);
  const shown = height - 2;
  const first = clampScroll(offset, lines.length, shown);
  return (
    <Pane
      theme={theme}
      title={[piece('Log', 'strong')]}
      note={[piece('any other key closes', 'faint')]}
      width={width}
      height={height}
      focused
      lines={paintFacts(lines, first, width - 2, shown, theme)}
      scroll={{ offset: first, count: lines.length, shown }}
    />
  );
}

function logLines(session: Session, width: number, theme: Theme): readonly Line[] {
  const { warnings, events, interfaces, files, writing } = session;
  return trimmed([
    ...heading(counted(warnings.length, 'warning')),
    ...warnings.flatMap((text) => paragraph(text, width, 'warn', `${theme.symbols.warning} `)),
    ...eventLines(events, width),
    ...heading(counted(interfaces.length, 'interface')),
    [piece(row('', 'packets', 'bytes', 'dropped'), 'faint')],
    ...interfaces.map((device) => interfaceLine(device, theme)),
    ...(files.length === 0 ? [] : heading('Files')),
    ...files.map((file): Line => [piece(file)]),
    ...(writing === null ? [] : [...heading('Recording to'), [piece(writing)]]),
  ]);
}

/** The newest first: it is what one opens the log for. */
function eventLines(events: readonly SessionEvent[], width: number): readonly Line[] {
  if (events.length === 0) return [];
  return [
    ...heading(`${counted(events.length, 'change')} of the host`),
    ...events
      .toReversed()
      .flatMap(({ time, text }) =>
        paragraph(text, width, 'plain', Number.isNaN(time) ? '' : `${clock(time)}  `),
      ),
  ];
}

function row(name: string, packets: string, size: string, dropped: string): string {
  return `${fitText(name, 30)} ${packets.padStart(10)} ${size.padStart(8)} ${dropped.padStart(8)}`;
}

function interfaceLine(device: SessionInterface, theme: Theme): Line {
  const { namespace, name, packets, dropped, ended } = device;
  const text = row(
    namespace === null ? name : `${namespace}:${name}`,
    count(packets),
    bytes(device.bytes),
    dropped === null ? '' : count(dropped),
  );
  return [
    piece(text, dropped !== null && dropped > 0 ? 'bad' : 'plain'),
    piece(ended === null ? '' : `  ${theme.symbols.down} ${ended}`, 'warn'),
  ];
}
