/** Every way in which the TUI can end other than `q`, and the suspension in between. */
import { constants } from 'node:os';

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface EndingHandlers {
  /** A signal asked the process to end; `status` is 128 plus its number. */
  signal(status: number): void;
  /** Something threw where nobody catches. */
  failed(error: unknown): void;
  /** The process was continued after a stop. */
  continued(): void;
  /** The process exits, whoever asked for it: last chance, synchronous. */
  exiting(): void;
}

/** Installs the handlers; the result removes them. */
export function watchEndings(handlers: EndingHandlers): () => void {
  const signals = endings.map((name) => {
    const listener = () => handlers.signal(128 + constants.signals[name]);
    return { name, listener };
  });
  const failed = (error: unknown) => handlers.failed(error);
  for (const { name, listener } of signals) process.on(name, listener);
  process.on('SIGCONT', handlers.continued);
  process.on('uncaughtException', failed);
  process.on('unhandledRejection', failed);
  process.on('exit', handlers.exiting);
  return () => {
    for (const { name, listener } of signals) process.off(name, listener);
    process.off('SIGCONT', handlers.continued);
    process.off('uncaughtException', failed);
    process.off('unhandledRejection', failed);
    process.off('exit', handlers.exiting);
  };
}

/** In milliseconds: a process that still runs this long after SIGTSTP was not stopped. */
const stopDelay = 200;

/**
 * Stops the whole foreground process group, as the terminal driver does on Ctrl-Z. `notStopped` is called if
 * the kernel ignored it: it does for a group that no shell waits for (POSIX: an orphaned process group). The result calls
 * that off: after a stop the time is up at once, maybe after the TUI has ended.
 */
export function suspend(notStopped: () => void): () => void {
  process.kill(0, 'SIGTSTP');
  const timer = setTimeout(notStopped, stopDelay);
  return () => clearTimeout(timer);
}
