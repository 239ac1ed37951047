/** Standard input as chunks of bytes. */
import { fstatSync } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';

export interface Input {
  /** Each is only valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** As much as a pipe holds (pipe(7)). */
const bufferLength = 64 * 1024;

export function openInput(): Input {
  const stat = fstatSync(0);
  return stat.isFIFO() || stat.isSocket()
    ? pipedInput()
    : { chunks: process.stdin, close: () => process.stdin.destroy() };
}

/**
 * All of it goes through one buffer: the chunks of `process.stdin` are only freed now and then, so that a longer capture
 * would take more memory.
 */
function pipedInput(): Input {
  const buffer = new Uint8Array(bufferLength);
  let length = 0;
  let isOver = false;
  let failure: Error | null = null;
  let wake = (): void => {};
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: 0,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (count) => {
        length = count;
        wake();
        // Nothing more until `resume`.
        return false;
      },
    },
  };
  const socket = new Socket(options);
  const end = (): void => {
    isOver = true;
    wake();
  };
  socket.on('end', end).on('close', end);
  socket.on('error', (error) => {
    failure = error;
    end();
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (length === 0 && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
            socket.resume();
          });
        }
        if (failure !== null) throw failure;
        if (length === 0) return;
        yield buffer.subarray(0, length);
        length = 0;
      }
    } finally {
      socket.destroy();
    }
  }
  return { chunks: chunks(), close: () => socket.destroy() };
}
