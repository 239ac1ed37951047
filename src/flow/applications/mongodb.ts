/** MongoDB: `errmsg` of the server's first answers (BSON element of type string). */
import { u32le } from '../../packet/bytes.ts';
import type { Look, Payload } from './follower.ts';
import { textAt } from './follower.ts';

const stringElement = 0x02;
const int32Element = 0x10;
const codeName = [...'code\0'].map((letter) => letter.charCodeAt(0));
const name = [...'errmsg'].map((letter) => letter.charCodeAt(0));

/** `code` of the error's document (BSON element of type int32); empty where there is none. */
function codeIn({ bytes, from, end }: Payload): string {
  for (let at = from; at + 10 <= end; at++) {
    if (bytes[at] !== int32Element || !codeName.every((octet, index) => bytes[at + 1 + index] === octet))
      continue;
    return String(u32le(bytes, at + 6) | 0);
  }
  return '';
}

export const lookAtMongodb: Look = (payload) => {
  const { bytes, from, end, fromSource } = payload;
  if (fromSource) return null;
  for (let at = from; at + name.length + 7 < end; at++) {
    if (bytes[at] !== stringElement || bytes[at + 1] !== name[0]) continue;
    // The element's name ends with a NUL; then come four octets of length.
    if (!name.every((letter, index) => bytes[at + 1 + index] === letter) || bytes[at + 7] !== 0) continue;
    const text = textAt(payload, at + 12);
    const code = codeIn(payload);
    return { note: `mongodb error: ${text}`, code, text, isProblem: true };
  }
  return null;
};
