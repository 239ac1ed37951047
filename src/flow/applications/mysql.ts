/** MySQL and MariaDB: the server's ERR packet while a session begins. */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

const errorHeader = 0xff;
const okHeader = 0;
const sqlStateMarker = 0x23;

export const lookAtMysql: Look = (payload) => {
  const { bytes, from, end, fromSource } = payload;
  if (fromSource || end - from < 7) return null;
  const header = bytes[from + 4];
  // The handshake has sequence number 0; what follows it is the answer to the login.
  if (header === okHeader && (bytes[from + 3] ?? 0) > 0) return 'done';
  if (header !== errorHeader) return null;
  const code = (bytes[from + 5] ?? 0) | ((bytes[from + 6] ?? 0) << 8);
  const hasState = bytes[from + 7] === sqlStateMarker;
  const text = textAt(payload, from + (hasState ? 13 : 7));
  return { note: `mysql error ${code}: ${text}`, code: String(code), text, isProblem: true };
};
