import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.ts';

/** The version that package.json gives. */
export const version = versionOf(JSON.parse(readFileSync(packageFile('package.json'), 'utf8')));

function versionOf(description: unknown): string {
  if (typeof description === 'object' && description !== null && 'version' in description) {
    if (typeof description.version === 'string') return description.version;
  }
  throw new Error('package.json has no version');
}
