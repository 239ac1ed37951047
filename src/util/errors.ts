/**
 * The one error type that reaches the user: what was tried, why it failed, what to do about it.
 * It is made near the cause and printed in one place (`src/cli/errors.ts`).
 */

/** Exit statuses of the command line contract. */
export const exitStatus = {
  done: 0,
  blocked: 1,
  usage: 2,
  unreadable: 3,
  privilege: 4,
  missing: 5,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

export interface Complaint {
  /** What was tried: "open capture.pcap", "read the namespaces of this host". */
  readonly tried: string;
  /** Why it failed, in the words of whoever refused. */
  readonly why: string;
  /** What to do: a command to run, an option to change. */
  readonly todo: string;
  readonly status: ExitStatus;
}

export class NetscopeError extends Error {
  override readonly name = 'NetscopeError';
  readonly tried: string;
  readonly why: string;
  readonly todo: string;
  readonly status: ExitStatus;

  constructor(complaint: Complaint, options?: { cause?: unknown }) {
    super(`cannot ${complaint.tried}: ${complaint.why}; ${complaint.todo}`, options);
    this.tried = complaint.tried;
    this.why = complaint.why;
    this.todo = complaint.todo;
    this.status = complaint.status;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
