/** Redis: error replies (RESP: a line that begins with a minus sign). */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

const minus = 0x2d;
/** Errors that say that the server serves nobody, or not this client; others are about one command. */
const refusal =
  /^(NOAUTH|WRONGPASS|DENIED|NOPERM|LOADING|MASTERDOWN|MISCONF|READONLY|CLUSTERDOWN|ERR max number)/;

export const lookAtRedis: Look = (payload) => {
  if (payload.fromSource || payload.bytes[payload.from] !== minus) return null;
  const text = textAt(payload, payload.from + 1);
  return { note: `redis error ${text}`, isProblem: refusal.test(text) };
};
