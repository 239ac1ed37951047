/** tshark as the second opinion. */
import { spawnSync } from 'node:child_process';

const found = spawnSync('tshark', ['--version'], { stdio: 'ignore' }).status === 0;

export const hasTshark = found || process.env.CI_REQUIRE_LAB === '1';
export const tsharkMissing = found ? '' : ' (skipped: tshark is missing; apt-get install tshark)';
