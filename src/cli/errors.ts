/** The one place where an error becomes a line on standard error and an exit status. */
import { CommanderError } from 'commander';
import { exitStatus, messageOf, NetscopeError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';

export interface Failure {
  /** Null when there is nothing to say: `--help` was printed. */
  readonly line: string | null;
  readonly status: number;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof NetscopeError) return { line: printable(error.message), status: error.status };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { line: null, status: exitStatus.done };
    const why = printable(error.message.replace(/^error: /, ''));
    return { line: `${why}; netscope --help lists the commands and options`, status: exitStatus.usage };
  }
  // A fault of ours: the stack is what a report needs.
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
  return { line: `unexpected error, please report it: ${stack}`, status: 70 };
}

/** A usage error: what the user asked for cannot be asked for. */
export function usageError(tried: string, why: string, todo: string): NetscopeError {
  return new NetscopeError({ tried, why, todo, status: exitStatus.usage });
}
