/** What the tests of `host/` need from the machine. With CI_REQUIRE_LAB=1 nothing is skipped: it fails instead. */
import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';

const required = process.env.CI_REQUIRE_LAB === '1';

export const isRoot = process.getuid?.() === 0;

/** A suite that needs root. */
export function describeAsRoot(name: string, suite: () => void): void {
  describeWith(isRoot, 'needs root', name, suite);
}

/** A suite that needs root and these programs. */
export function describeWithTools(tools: readonly string[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => !hasTool(tool));
  const reason = isRoot ? `needs ${missing.join(', ')}` : 'needs root';
  describeWith(isRoot && missing.length === 0, reason, name, suite);
}

function describeWith(able: boolean, reason: string, name: string, suite: () => void): void {
  if (able || required) describe(name, suite);
  else describe.skip(`${name} (skipped: ${reason})`, suite);
}

function hasTool(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
