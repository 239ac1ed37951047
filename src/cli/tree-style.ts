import type { DrawOptions } from '../topology/draw/lines.ts';

/** How trees are drawn on this standard output: as wide as the terminal, and with lines that its locale can show. */
export function treeStyle(color: boolean): DrawOptions {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  const columns = process.stdout.isTTY === true ? process.stdout.columns : undefined;
  return {
    color,
    // Pipes carry bytes to programs that know UTF-8; a terminal shows what its locale says.
    ascii: process.stdout.isTTY === true && !/utf-?8/i.test(locale),
    // A serial line says 0.
    ...(columns === undefined || columns === 0 ? {} : { width: columns }),
  };
}
