/** Names that `wanted` may have been meant as, nearest first, at most `limit`. */
export function nearNames(wanted: string, names: Iterable<string>, limit = 5): readonly string[] {
  const lower = wanted.toLowerCase();
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const ranked: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const other = name.toLowerCase();
    const within =
      lower.length >= 2 && (other.includes(lower) || (other.length >= 2 && lower.includes(other)));
    const distance = within ? Math.abs(other.length - lower.length) / 10 : editDistance(lower, other, most);
    if (within || distance <= most) ranked.push({ name, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, limit).map(({ name }) => name);
}

/** Levenshtein distance; anything above `most` once it is certain to be above. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > most) return most + 1;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
