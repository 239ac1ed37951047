/**
 * The terminal that netscope runs in: taken over by `enter`, given back by `leave`, whatever happens between.
 * Everything that changes its modes is in this file. Sequences: xterm's ctlseqs.
 */
import { write, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { ReadStream, WriteStream } from 'node:tty';
import { createDecoder, type InputEvent } from './input/decode.ts';
import { createScreen } from './screen.ts';

/** How long an Escape waits for the rest of a sequence, in milliseconds; slow lines split sequences. */
const escapeDelay = 30;
/** After a full pipe or terminal buffer (EAGAIN), in milliseconds. */
const retryDelay = 10;

/** What was drawn is cleared before: screen(1) and the Linux console may have no other screen to go back to. */
const altScreen = { on: '\u001b[?1049h', off: '\u001b[H\u001b[2J\u001b[?1049l' };
const cursor = { off: '\u001b[?25l', on: '\u001b[?25h' };
const bracketedPaste = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
/** Presses, releases and the wheel (1000), in the SGR encoding that has no limit of 223 columns (1006). */
const mouse = { on: '\u001b[?1000h\u001b[?1006h', off: '\u001b[?1006l\u001b[?1000l' };
const synchronized = { off: '\u001b[?2026l' };
const plain = '\u001b[0m';

export interface TerminalEvents {
  input(event: InputEvent): void;
  resize(): void;
  /** The terminal went away: hung up, or writing to it failed. */
  gone(): void;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Takes the terminal over. Safe to call twice. */
  enter(): void;
  /** Gives the terminal back as it was. Synchronous and safe to call at any time, also twice. */
  leave(): void;
  /** Shows a frame; when the terminal is slower than the frames come, only the newest is written. */
  show(frame: readonly string[]): void;
  /** Resolves when the first frame has been written. */
  readonly shown: Promise<void>;
  /** Draws everything anew, after something else wrote to the terminal. */
  redraw(): void;
  setMouse(on: boolean): void;
  /** Writes a control sequence that moves nothing, such as OSC 52. */
  send(sequence: string): void;
  /** Bytes and frames written so far. */
  readonly written: { readonly bytes: number; readonly frames: number };
}

/** A serial line knows no size, and says 0 by 0: that of a VT100 then, as others take it. */
export function sizeOf({ columns, rows }: Pick<WriteStream, 'columns' | 'rows'>): {
  readonly columns: number;
  readonly rows: number;
} {
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}

export function openTerminal(
  stdin: ReadStream,
  stdout: WriteStream & { readonly fd: number },
  events: TerminalEvents,
  withMouse: boolean,
): Terminal {
  const start = sizeOf(stdout);
  const screen = createScreen(start.columns, start.rows);
  const decoder = createDecoder();
  let text = new StringDecoder('utf8');
  let entered = false;
  let mouseOn = withMouse;
  let frame: readonly string[] | null = null;
  let lastFrame: readonly string[] = [];
  let writing = false;
  let firstShown: () => void = () => {};
  const shown = new Promise<void>((resolve) => {
    firstShown = resolve;
  });
  let escapeTimer: NodeJS.Timeout | undefined;
  const written = { bytes: 0, frames: 0 };

  function resetScreen(): void {
    const { columns, rows } = sizeOf(stdout);
    screen.reset(columns, rows);
  }

  function deliver(list: readonly InputEvent[]): void {
    for (const event of list) events.input(event);
  }

  function onData(chunk: Buffer | string): void {
    clearTimeout(escapeTimer);
    deliver(decoder.push(typeof chunk === 'string' ? chunk : text.write(chunk)));
    if (decoder.waiting) escapeTimer = setTimeout(() => deliver(decoder.flush()), escapeDelay);
  }

  function onResize(): void {
    resetScreen();
    events.resize();
  }

  function onGone(): void {
    if (entered) events.gone();
  }

  /** One write at a time on libuv's pool: a terminal that stops reading must not stop the capture. */
  function pump(): void {
    if (writing || frame === null || !entered) return;
    const data = Buffer.from(screen.draw(frame));
    lastFrame = frame;
    frame = null;
    if (data.length === 0) return;
    written.bytes += data.length;
    written.frames++;
    writing = true;
    writeAll(data, 0);
  }

  function writeAll(data: Buffer, from: number): void {
    write(stdout.fd, data, from, data.length - from, null, (error, count) => {
      if (error !== null && error.code === 'EAGAIN') {
        setTimeout(() => writeAll(data, from), retryDelay);
      } else if (error !== null) {
        writing = false;
        onGone();
      } else if (from + count < data.length && entered) {
        writeAll(data, from + count);
      } else {
        writing = false;
        firstShown();
        pump();
      }
    });
  }

  function writeNow(sequence: string): void {
    try {
      writeSync(stdout.fd, sequence);
    } catch {
      // The terminal is gone or stuck: there is nothing left to restore.
    }
  }

  return {
    get columns() {
      return sizeOf(stdout).columns;
    },
    get rows() {
      return sizeOf(stdout).rows;
    },
    enter() {
      if (entered) return;
      entered = true;
      text = new StringDecoder('utf8');
      resetScreen();
      writeNow(altScreen.on + cursor.off + bracketedPaste.on + (mouseOn ? mouse.on : ''));
      stdin.setRawMode(true);
      stdin.on('data', onData);
      stdin.on('end', onGone);
      stdin.on('error', onGone);
      stdout.on('error', onGone);
      stdout.on('resize', onResize);
      stdin.resume();
      if (lastFrame.length > 0) this.show(lastFrame);
    },
    leave() {
      if (!entered) return;
      entered = false;
      clearTimeout(escapeTimer);
      stdin.off('data', onData);
      stdin.off('end', onGone);
      stdin.off('error', onGone);
      stdout.off('resize', onResize);
      stdin.pause();
      writeNow(
        synchronized.off +
          plain +
          (mouseOn ? mouse.off : '') +
          bracketedPaste.off +
          cursor.on +
          altScreen.off,
      );
      try {
        stdin.setRawMode(false);
      } catch {
        // EIO or EBADF: the terminal is gone, and its modes with it.
      }
    },
    show(next) {
      frame = next;
      pump();
    },
    shown,
    redraw() {
      resetScreen();
      this.show(frame ?? lastFrame);
    },
    setMouse(on) {
      if (on === mouseOn) return;
      mouseOn = on;
      if (entered) writeNow(on ? mouse.on : mouse.off);
    },
    send(sequence) {
      if (entered) writeNow(sequence);
    },
    written,
  };
}
