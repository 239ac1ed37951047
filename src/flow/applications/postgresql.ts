/** PostgreSQL: the server's ErrorResponse while a session begins (protocol 3.0, "Message Formats"). */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

const errorResponse = 0x45;
const readyForQuery = 0x5a;

export const lookAtPostgresql: Look = (payload) => {
  const { bytes, from, end, fromSource } = payload;
  if (fromSource || end - from < 6) return null;
  if (bytes[from] !== errorResponse) {
    return bytes[end - 6] === readyForQuery && bytes[end - 2] === 5 ? 'done' : null;
  }
  const fields = new Map<string, string>();
  let at = from + 5;
  while (at + 1 < end && bytes[at] !== 0) {
    const text = textAt(payload, at + 1);
    fields.set(String.fromCharCode(bytes[at] ?? 0), text);
    while (at < end && bytes[at] !== 0) at++;
    at++;
  }
  const words = [fields.get('S'), fields.get('C')].filter((word) => word !== undefined).join(' ');
  return { note: `postgresql ${words}: ${fields.get('M') ?? ''}`, isProblem: true };
};
