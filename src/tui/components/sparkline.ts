/** A row of bars: how a number went over time. */

/** The newest `width` values, scaled to the highest of them; older ones than there are leave a gap. */
export function sparkline(values: readonly number[], width: number, bars: readonly string[]): string {
  const shown = values.slice(-width);
  const highest = Math.max(...shown, 1);
  const drawn = shown.map((value) =>
    value <= 0 ? (bars[0] ?? ' ') : (bars[Math.ceil((value / highest) * (bars.length - 1))] ?? ' '),
  );
  return drawn.join('').padStart(width);
}
