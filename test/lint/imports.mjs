// Imports point down the picture of docs/architecture.md only. Exit status 1 and one line per import that does not.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const src = resolve(dirname(fileURLToPath(import.meta.url)), '../../src');

/** Each folder of src and the folders it may import from, besides itself and `util`. */
const allowed = {
  util: [],
  snapshot: [],
  'capture-file': [],
  packet: [],
  topology: ['snapshot'],
  flow: ['packet', 'snapshot'],
  netfilter: ['snapshot', 'packet', 'flow'],
  diagnose: ['snapshot', 'topology', 'packet', 'flow', 'netfilter'],
  host: ['snapshot', 'capture-file'],
  session: ['snapshot', 'capture-file', 'packet', 'topology', 'flow', 'netfilter', 'diagnose', 'host'],
  tui: ['session', 'snapshot', 'topology', 'packet', 'flow', 'netfilter', 'diagnose'],
  cli: [
    'session',
    'tui',
    'snapshot',
    'capture-file',
    'topology',
    'packet',
    'flow',
    'netfilter',
    'diagnose',
    'host',
  ],
  'main.ts': ['cli'],
};

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

let wrong = 0;
for (const path of files(src)) {
  const layer = relative(src, path).split('/')[0];
  const may = allowed[layer];
  if (may === undefined) {
    console.error(`${relative(src, path)}: no layer of this name in test/lint/imports.mjs`);
    wrong++;
    continue;
  }
  for (const [, specifier] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const target = relative(src, resolve(dirname(path), specifier)).split('/')[0];
    if (target === layer || target === 'util' || may.includes(target)) continue;
    console.error(`src/${relative(src, path)}: ${layer} must not import ${target} (${specifier})`);
    wrong++;
  }
}
process.exitCode = wrong > 0 ? 1 : 0;
