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
  /** Whether it says why the connection does not do what it is for. */
  readonly isProblem: boolean;
}

/** `done` when nothing more is to be learnt, null when the next payload may tell. */
export type Look = (payload: Payload) => Finding | 'done' | null;

/** Characters of messages that are kept. */
const maxText = 200;

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
