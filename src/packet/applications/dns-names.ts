/** DNS names (RFC 1035 4.1.4). A pointer must point before itself, so a loop ends; total length is limited. */

const maxNameLength = 255;
const pointerBits = 0xc0;

export interface DnsName {
  /** Without the last dot; `<Root>` for the root; null when the name is malformed. */
  readonly text: string | null;
  /** Offset behind the name where it stands. */
  readonly next: number;
}

const malformed: DnsName = { text: null, next: -1 };

/** Reads the name at `offset` of a message that is `bytes[start .. end)`. */
export function readName(bytes: Uint8Array, start: number, end: number, offset: number): DnsName {
  const labels: string[] = [];
  let length = 0;
  let at = offset;
  let next = -1;
  let lowest = offset;
  while (at < end) {
    const size = bytes[at] ?? 0;
    if (size === 0) {
      return { text: labels.length === 0 ? '<Root>' : labels.join('.'), next: next < 0 ? at + 1 : next };
    }
    if ((size & pointerBits) === pointerBits) {
      if (at + 1 >= end) return malformed;
      const target = start + (((size & 0x3f) << 8) | (bytes[at + 1] ?? 0));
      if (next < 0) next = at + 2;
      if (target >= lowest || target < start) return malformed;
      lowest = target;
      at = target;
      continue;
    }
    if ((size & pointerBits) !== 0 || at + 1 + size > end) return malformed;
    length += size + 1;
    if (length > maxNameLength) return malformed;
    labels.push(labelText(bytes, at + 1, size));
    at += 1 + size;
  }
  return malformed;
}

/** Octets outside printable ASCII and dots inside a label as \DDD (RFC 1035 5.1). */
function labelText(bytes: Uint8Array, from: number, size: number): string {
  let text = '';
  for (let index = from; index < from + size; index++) {
    const code = bytes[index] ?? 0;
    if (code > 0x20 && code < 0x7f && code !== 0x2e && code !== 0x5c) text += String.fromCharCode(code);
    else text += `\\${String(code).padStart(3, '0')}`;
  }
  return text;
}
