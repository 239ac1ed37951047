/** What a command loads before it knows that it needs it: each of these costs more than reading a small host. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const chunks = 'dist/chunks';

/** Chunks that are loaded with one, and the modules that they take from elsewhere. */
function loadedWith(chunk: string, seen = new Set<string>()): Set<string> {
  if (seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const [, from = ''] of readFileSync(join(chunks, chunk), 'utf8').matchAll(
    /^(?:import|export) .*?["']([^"'\n]+)["'];?$/gm,
  )) {
    if (from.startsWith('./')) loadedWith(from.slice(2), seen);
    else seen.add(from);
  }
  return seen;
}

describe('topology', () => {
  it('loads no sockets, HTTP, schemas, packets or terminal', () => {
    const loaded = [...loadedWith('topology.js')];
    expect(loaded).toContain('snapshot.js');
    expect(loaded).toContain('node:fs');
    const heavy =
      /^(node:(net|http|child_process|tls)|react|ink|schemas\.js|execa\.js|decode\.js|docker\.js|run\d*\.js)$/;
    expect(loaded.filter((one) => heavy.test(one))).toEqual([]);
  });
});
