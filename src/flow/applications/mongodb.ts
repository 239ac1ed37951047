/** MongoDB: `errmsg` of the server's first answers (BSON element of type string). */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

const stringElement = 0x02;
const name = [...'errmsg'].map((letter) => letter.charCodeAt(0));

export const lookAtMongodb: Look = (payload) => {
  const { bytes, from, end, fromSource } = payload;
  if (fromSource) return null;
  for (let at = from; at + name.length + 7 < end; at++) {
    if (bytes[at] !== stringElement || bytes[at + 1] !== name[0]) continue;
    // The element's name ends with a NUL; then come four octets of length.
    if (!name.every((letter, index) => bytes[at + 1 + index] === letter) || bytes[at + 7] !== 0) continue;
    return { note: `mongodb error: ${textAt(payload, at + 12)}`, isProblem: true };
  }
  return null;
};
