/** Colour of plain command output. Every meaning is in the words too: colour only helps to find it. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** SGR (ECMA-48 8.3.117) on and off. */
function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

const plain = (text: string): string => text;

export function createPaint(color: boolean): Paint {
  if (!color) return { bold: plain, dim: plain, good: plain, warn: plain, bad: plain };
  return { bold: sgr(1, 22), dim: sgr(2, 22), good: sgr(32, 39), warn: sgr(33, 39), bad: sgr(31, 39) };
}
