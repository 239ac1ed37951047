/** Columns that text takes on a terminal, and cutting text to a number of columns. */
import stringWidth from 'string-width';

/**
 * ASCII, Latin, punctuation, arrows, box drawing and blocks: one UTF-16 unit and one column each, alone and
 * next to each other. Everything else (combining marks, East Asian, emoji) is looked at closely.
 */
const simple = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02af\u2010-\u2027\u2190-\u21ff\u2500-\u25ff]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export function widthOf(text: string): number {
  return simple.test(text) ? text.length : stringWidth(text);
}

/** What a reader sees as one character each: `é`, `🇩🇪`, `👨‍👩‍👧`. */
export function graphemes(text: string): readonly string[] {
  if (simple.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** `text` cut to at most `width` columns; `ellipsis` takes the last column where something was cut off. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const character of graphemes(text)) {
    const wide = widthOf(character);
    if (used + wide > room) break;
    kept += character;
    used += wide;
  }
  return kept + ellipsis;
}

/** `text` in exactly `width` columns. */
export function fitText(
  text: string,
  width: number,
  align: 'left' | 'right' = 'left',
  ellipsis = '…',
): string {
  const short = cut(text, width, ellipsis);
  const space = ' '.repeat(Math.max(0, width - widthOf(short)));
  return align === 'left' ? short + space : space + short;
}

/** `text` in lines of at most `width` columns, broken at spaces where there are any. */
export function wrap(text: string, width: number): readonly string[] {
  const limit = Math.max(1, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && widthOf(line) + 1 + widthOf(rest) <= limit) {
      line += ` ${rest}`;
      continue;
    }
    if (line !== '') lines.push(line);
    while (widthOf(rest) > limit) {
      const piece = cut(rest, limit, '');
      if (piece === '') break;
      lines.push(piece);
      rest = rest.slice(piece.length);
    }
    line = rest;
  }
  lines.push(line);
  return lines;
}
