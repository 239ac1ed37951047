import { expect, it } from 'vitest';
import { EngineMemory } from '../../src/session/engine-memory.ts';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { topologyChanges, wholeChanges } from '../../src/topology/changes.ts';
import { buildSnapshot, container, idOf, link, loopback } from '../topology/build-snapshot.ts';

const namespaces = {
  0: { links: [loopback, link(4, 'docker0', 'bridge', { addresses: ['172.17.0.1/16'] })] },
  1: { links: [loopback] },
  2: { links: [loopback] },
};
const answering = buildSnapshot({
  namespaces,
  containers: [container('web', 1, 'bridge'), container('db', 2, 'bridge'), container('old', null, 'bridge')],
  networks: [{ id: 'f'.repeat(64), name: 'bridge', engine: 'docker', driver: 'bridge' }],
});

/** What control groups alone say: an id, and nothing of those that do not run. */
function silent(...running: readonly (readonly [name: string, namespace: number])[]): HostSnapshot {
  const found = buildSnapshot({
    namespaces,
    containers: running.map(([name, namespace]) => ({
      ...container(name, namespace, 'unknown', { pid: 77 }),
      name: idOf(name).slice(0, 12),
    })),
  });
  return { ...found, host: { ...found.host, engines: [] } };
}

it('knows the containers of an engine that is being restarted by what it told before', () => {
  const memory = new EngineMemory();
  expect(memory.complete(answering)).toBe(answering);
  const before = buildTopology(answering);
  const now = memory.complete(silent(['web', 1], ['db', 2]));
  expect(now.containers.map(({ name, state, pid }) => [name, state, pid])).toEqual([
    ['web', 'running', 77],
    ['db', 'running', 77],
    ['old', 'exited', 0],
  ]);
  expect(now.warnings).toEqual([expect.stringContaining('docker does not answer')]);
  const after = buildTopology(now);
  expect(after.bridges.map(({ network }) => network)).toEqual(['bridge']);
  expect(wholeChanges(topologyChanges(before, after)).map(({ text }) => text)).toEqual([
    'docker does not answer any more',
  ]);
  // Look after look, and not once it answers again.
  expect(memory.complete(silent(['web', 1], ['db', 2])).containers).toEqual(now.containers);
  expect(memory.complete(answering)).toBe(answering);
});

it('sees that one of them stopped, and one that is new by its id', () => {
  const memory = new EngineMemory();
  memory.complete(answering);
  const now = memory.complete(silent(['db', 2], ['new', 1]));
  expect(now.containers.map(({ name, state, namespace }) => [name, state, namespace !== undefined])).toEqual([
    [idOf('new').slice(0, 12), 'running', true],
    ['web', 'exited', false],
    ['db', 'running', true],
    ['old', 'exited', false],
  ]);
});
