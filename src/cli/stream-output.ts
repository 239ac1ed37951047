/** `netscope packets --follow`: a conversation, each side marked by an arrow and, where there is colour, by colour too. */
import type { Flow } from '../flow/model.ts';
import type { StreamPiece } from '../flow/stream.ts';
import { hexDump } from '../packet/print/hex-dump.ts';
import { printable } from '../util/printable.ts';
import type { Paint } from './paint.ts';

export function* streamLines(
  flow: Flow,
  pieces: readonly StreamPiece[],
  hex: boolean,
  paint: Paint,
): Generator<string> {
  yield paint.bold(`${flow.protocol} ${endOf(flow.source)} > ${endOf(flow.destination)}`);
  for (const { forward, bytes, missing } of pieces) {
    const mark = forward ? '> ' : '< ';
    const side = forward ? paint.warn : paint.good;
    if (missing > 0) yield paint.bad(`${mark}[${missing} bytes are not in the capture]`);
    for (const line of hex ? hexDump(bytes) : textLines(bytes)) yield side(`${mark}${line}`);
  }
  const sent = (forward: boolean): number =>
    pieces.reduce((sum, piece) => (piece.forward === forward ? sum + piece.bytes.length : sum), 0);
  yield paint.dim(`${sent(true)} bytes sent, ${sent(false)} bytes answered`);
}

/** UTF-8 where it is, control characters escaped; a line end at the end of a piece makes no empty line. */
function textLines(bytes: Uint8Array): readonly string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map(printable);
}

export function streamObject(flow: Flow, pieces: readonly StreamPiece[]): object {
  return {
    schema: 'netscope.stream/1',
    flow: flow.id,
    pieces: pieces.map(({ forward, bytes, packet, missing }) => ({
      direction: forward ? 'forward' : 'reverse',
      packet,
      missing,
      bytes: Buffer.from(bytes).toString('base64'),
    })),
  };
}

function endOf({ address, port }: Flow['source']): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
