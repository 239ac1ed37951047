/** Octets as `tcpdump -XX` shows them: offset, hexadecimal, text. */

const perLine = 16;

/** One line of the dump; `offset` is what the first column says. */
export function hexLine(bytes: Uint8Array, offset: number): string {
  let hexadecimal = '';
  let text = '';
  for (let index = 0; index < perLine; index++) {
    const octet = bytes[index];
    if (octet === undefined || index >= bytes.length) {
      hexadecimal += index % 2 === 0 ? '   ' : '  ';
      continue;
    }
    hexadecimal += (index % 2 === 0 ? ' ' : '') + octet.toString(16).padStart(2, '0');
    text += octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.';
  }
  return `0x${offset.toString(16).padStart(4, '0')}: ${hexadecimal}  ${text}`;
}

export function hexDump(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += perLine) {
    lines.push(hexLine(bytes.subarray(offset, offset + perLine), offset));
  }
  return lines;
}
