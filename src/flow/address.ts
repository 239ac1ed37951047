/** Addresses of flow records. */
import { formatIpv4, formatIpv6 } from '../packet/address.ts';
import { at, kind, stride, tailStride } from './record.ts';
import type { FlowStore } from './store.ts';

/** Texts of IPv4 addresses that were asked for lately: most flows share theirs with others. A power of two. */
const cached = 4096;
const cachedWords = new Uint32Array(cached);
const cachedTexts: string[] = new Array<string>(cached).fill('0.0.0.0');

function ipv4Text(word: number): string {
  const slot = (Math.imul(word, 0x9e3779b1) >>> 20) & (cached - 1);
  if (cachedWords[slot] !== word) {
    cachedWords[slot] = word;
    cachedTexts[slot] = formatIpv4(word);
  }
  return cachedTexts[slot] ?? '';
}

/** The address of end A or B of the record at word `base`. */
export function addressText({ words, tails }: FlowStore, base: number, isA: boolean): string {
  const first = words[base + (isA ? at.addressA : at.addressB)] ?? 0;
  if (((words[base + at.kind] ?? 0) & kind.ipv6) === 0) return ipv4Text(first);
  const tail = (base / stride) * tailStride + (isA ? 0 : 3);
  return formatIpv6(first, tails[tail] ?? 0, tails[tail + 1] ?? 0, tails[tail + 2] ?? 0);
}

/** Whether an end of the record at word `x` has the address of an end of that at `y`. */
export function sameAddress(
  { words, tails }: FlowStore,
  x: number,
  xIsA: boolean,
  y: number,
  yIsA: boolean,
): boolean {
  if (words[x + (xIsA ? at.addressA : at.addressB)] !== words[y + (yIsA ? at.addressA : at.addressB)]) {
    return false;
  }
  if (((words[x + at.kind] ?? 0) & kind.ipv6) === 0) return true;
  const tailX = (x / stride) * tailStride + (xIsA ? 0 : 3);
  const tailY = (y / stride) * tailStride + (yIsA ? 0 : 3);
  for (let word = 0; word < 3; word++) if (tails[tailX + word] !== tails[tailY + word]) return false;
  return true;
}
