/** Files of the package beside the program. */

/** From the sources (`src/cli`) as from what is built (`dist/chunks`), the package's root is two folders up. */
const root = new URL('../../', import.meta.url);

/** @param name a path from the package's root: `package.json`. */
export function packageFile(name: string): URL {
  return new URL(name, root);
}
