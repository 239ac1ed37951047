import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { judge } from './world.ts';

/** A real host with Podman, as test/lab/engines/podman.sh makes it. */
const recorded = gunzipSync(
  readFileSync(new URL('../topology/hosts/podman.json.gz', import.meta.url)),
).toString('utf8');
const between = (from: string, to: string) => judge(parseSnapshot(recorded, 'podman.json.gz'), from, to);

describe('diagnose on a host with Podman', () => {
  it.each([
    ['db', 'web:80'],
    ['both', 'web:80'],
    ['db', 'duo:80'],
    ['external:203.0.113.9', 'web:80'],
    ['web', '198.51.100.7:80'],
  ])('finds nothing wrong between %s and %s', async (from, to) => {
    const { findings, path } = await between(from, to);
    expect(findings).toEqual([]);
    expect(path.filter(({ status }) => status === 'blocked')).toEqual([]);
  });

  it('says why a name does not resolve on the default network, in Podman’s words', async () => {
    const [finding] = (await between('first', 'web:80')).findings;
    expect(finding).toMatchObject({
      cause: 'dns-default-bridge',
      summary: expect.stringContaining('first is on network podman only'),
      fix: ['podman network connect app first'],
    });
    expect(finding).not.toHaveProperty('link');
  });

  it('says that a pod has a name, and the containers in it have none', async () => {
    const [finding] = (await between('db', 'one:80')).findings;
    expect(finding?.cause).toBe('dns-nxdomain');
    expect(finding?.summary).toMatch(/one is in the pod duo, and Podman gives a name to the pod/);
  });

  it('says how to start a container', async () => {
    const [finding] = (await between('db', 'gone:80')).findings;
    expect(finding).toMatchObject({ cause: 'container-not-running', fix: ['podman start gone'] });
  });
});
