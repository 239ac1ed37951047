// `npm run fuzz -- --seconds 60 [--seed 1]`: every test/fuzz/*.fuzz.ts for that long.
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now()) },
  },
});
const { status } = spawnSync(
  process.execPath,
  [
    resolve(here, '../../node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    resolve(here, 'vitest.config.ts'),
  ],
  { stdio: 'inherit', env: { ...process.env, FUZZ_SECONDS: values.seconds, FUZZ_SEED: values.seed } },
);
process.exitCode = status ?? 1;
