/** Addresses from text, as the flow table keeps them. */

/** Four words, IPv4 in the first; null for what is no address. */
export function parseIp(text: string): Uint32Array | null {
  const words = new Uint32Array(4);
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    if (word === null) return null;
    words[0] = word;
    return words;
  }
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right];
  for (let word = 0; word < 4; word++) {
    words[word] = ((groups[word * 2] ?? 0) << 16) | (groups[word * 2 + 1] ?? 0);
  }
  return words;
}

function parseIpv4(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let word = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    word = word * 256 + Number(part);
  }
  return word;
}

/** 16-bit groups; the last may be a dotted quad, which makes two. */
function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const word = parseIpv4(part);
      if (word === null) return null;
      groups.push(word >>> 16, word & 0xffff);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
