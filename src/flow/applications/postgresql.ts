/** PostgreSQL: the server's ErrorResponse while a session begins (protocol 3.0, "Message Formats"). */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

const errorResponse = 0x45;
/** Messages while a session begins: authentication, ParameterStatus, BackendKeyData, and what answers SSLRequest. */
const beginning = new Set([0x52, 0x53, 0x4b, 0x4e]);

export const lookAtPostgresql: Look = (payload) => {
  const { bytes, from, end, fromSource } = payload;
  if (fromSource) return null;
  const type = bytes[from] ?? 0;
  if (type !== errorResponse) return beginning.has(type) ? null : 'done';
  const fields = new Map<string, string>();
  let at = from + 5;
  while (at + 1 < end && bytes[at] !== 0) {
    const text = textAt(payload, at + 1);
    fields.set(String.fromCharCode(bytes[at] ?? 0), text);
    while (at < end && bytes[at] !== 0) at++;
    at++;
  }
  const words = [fields.get('S'), fields.get('C')].filter((word) => word !== undefined).join(' ');
  const text = fields.get('M') ?? '';
  return { note: `postgresql ${words}: ${text}`, code: fields.get('C') ?? '', text, isProblem: true };
};
