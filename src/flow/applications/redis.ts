/** Redis: error replies (RESP: a line that begins with a minus sign). */
import type { Look } from './follower.ts';
import { isTlsRecord, mismatch, textAt } from './follower.ts';

const minus = 0x2d;
/** Errors that say that the server serves nobody, or not this client; others are about one command. */
const refusal =
  /^(NOAUTH|WRONGPASS|DENIED|NOPERM|LOADING|MASTERDOWN|MISCONF|READONLY|CLUSTERDOWN|ERR max number)/;

export const lookAtRedis: Look = (payload) => {
  if (payload.fromSource) return null;
  if (isTlsRecord(payload)) return mismatch('the client speaks plain RESP, the server TLS');
  if (payload.bytes[payload.from] !== minus) return null;
  const text = textAt(payload, payload.from + 1);
  const code = /max number of clients/.test(text) ? 'max clients' : (/^\S+/.exec(text)?.[0] ?? '');
  return { note: `redis error ${text}`, code, text, isProblem: refusal.test(text) };
};
