/** How long `npm run fuzz` runs and where it begins: run.mjs sets both. */

export const fuzzSeconds = Number(process.env.FUZZ_SECONDS ?? 30);
export const fuzzSeed = Number(process.env.FUZZ_SEED ?? 1) >>> 0;

/** A function that says true when `seconds` are over. */
export function until(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() > end;
}
