/**
 * Text from packets, files, container names and rule comments is untrusted: a control character in it
 * could move the cursor, change the title or run a terminal's escape commands.
 */

// C0, DEL, C1, bidirectional controls, line and paragraph separators, zero-width characters that hide text.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** `text` with every character that a terminal could act on written as `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
