/** What is learnt from the first payloads of a connection whose application is known. */

/** A transport payload: `bytes[from .. end)`. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
  /** Sent by the flow's source: the client, as a rule. */
  readonly fromSource: boolean;
}

export interface Finding {
  /** For the flow's notes. */
  readonly note: string;
  /** What a failure is called where it is looked up: a SQLSTATE, an error number, `NXDOMAIN`, a status. */
  readonly code: string;
  /** What the other side said, or asked for. */
  readonly text: string;
  /** Whether it says why the connection does not do what it is for. */
  readonly isProblem: boolean;
}

/**
 * `isFirst`: no other payload of that side was looked at. `done` when nothing more is to be learnt, null when the next
 * payload may tell.
 */
export type Look = (payload: Payload, isFirst: boolean) => Finding | 'done' | null;

/** Characters of messages that are kept. */
const maxText = 200;

/** The first octets of a TLS record (RFC 8446 section 5.1): handshake or alert, of a version 3.x. */
export function isTlsRecord({ bytes, from, end }: Payload): boolean {
  const type = bytes[from];
  return (
    end - from >= 5 && (type === 21 || type === 22) && bytes[from + 1] === 3 && (bytes[from + 2] ?? 9) < 5
  );
}

/** One side speaks TLS, the other something else. */
export function mismatch(who: string): Finding {
  return { note: `tls mismatch: ${who}`, code: 'mismatch', text: who, isProblem: true };
}

/** The text (Latin-1) from `at` to a NUL, a line's end or the payload's. */
export function textAt({ bytes, end }: Payload, at: number): string {
  const limit = Math.min(end, at + maxText);
  let text = '';
  for (let offset = at; offset < limit; offset++) {
    const code = bytes[offset] ?? 0;
    if (code === 0 || code === 10 || code === 13) break;
    text += String.fromCharCode(code);
  }
  return text;
}
