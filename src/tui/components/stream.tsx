/** A conversation: what both sides sent, as text, in the order in which it could be read. */
import type { ReactElement } from 'react';
import type { StreamPiece } from '../../flow/stream.ts';
import { clampScroll } from '../state/list.ts';
import { type Line, piece } from '../text/line.ts';
import { memo } from '../text/memo.ts';
import { bytes, counted } from '../text/units.ts';
import type { Theme } from '../theme.ts';
import { paintFacts } from './facts.ts';
import { Pane } from './pane.tsx';

export interface StreamProps {
  readonly title: string;
  readonly pieces: readonly StreamPiece[];
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

/** Bytes that are shown; `netscope packets --follow` has no limit. */
const limit = 256 * 1024;

const linesFor = memo(streamLines);

export function Stream({ title, pieces, offset, width, height, theme }: StreamProps): ReactElement {
  const lines = linesFor(pieces, width - 6, theme);
  const shown = height - 2;
  const first = clampScroll(offset, lines.length, shown);
  const total = pieces.reduce((sum, { bytes: data }) => sum + data.length, 0);
  return (
    <Pane
      theme={theme}
      title={[piece('Conversation ', 'strong'), piece(title)]}
      note={[piece(bytes(total), 'faint')]}
      width={width}
      height={height}
      focused
      lines={paintFacts(lines, first, width - 2, shown, theme)}
      scroll={{ offset: first, count: lines.length, shown }}
    />
  );
}

function streamLines(pieces: readonly StreamPiece[], width: number, theme: Theme): readonly Line[] {
  const lines: Line[] = [];
  let left = limit;
  for (const { forward, bytes: data, missing } of pieces) {
    if (left <= 0) break;
    if (missing > 0) lines.push([piece(`  ${counted(missing, 'byte')} not captured`, 'warn')]);
    const mark = piece(forward ? '> ' : '< ', forward ? 'name' : 'warn');
    for (const text of rowsOf(data.subarray(0, left), width, theme.symbols.dot)) {
      lines.push([mark, piece(text, forward ? 'name' : 'plain')]);
    }
    left -= data.length;
  }
  if (left <= 0) lines.push([piece(`only the first ${bytes(limit)} are shown`, 'warn')]);
  if (lines.length === 0) lines.push([piece('nothing was sent, or none of it was captured', 'faint')]);
  return lines;
}

/** Bytes as rows of text: ended by newlines, at most `width` long, with `dot` for what is no character. */
function rowsOf(data: Uint8Array, width: number, dot: string): readonly string[] {
  const text = Buffer.from(data).toString('latin1').replaceAll('\r\n', '\n');
  const whole = text.endsWith('\n') ? text.slice(0, -1) : text;
  return whole.split('\n').flatMap((line) => {
    const shown = line.replace(/[^\x20-\x7e]/g, dot);
    const rows: string[] = [];
    for (let at = 0; at === 0 || at < shown.length; at += width) rows.push(shown.slice(at, at + width));
    return rows;
  });
}
