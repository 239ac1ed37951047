import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type HostWatcher, watchHost } from '../../src/host/watch.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeWithTools, startLab } from './support.ts';

const noEngine = { dockerHost: '/nonexistent/netscope.sock' };
const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

describeWithTools(['unshare', 'nsenter', 'ip'], 'watchHost', () => {
  let watcher: HostWatcher | undefined;
  let server: Server | undefined;
  afterEach(() => {
    watcher?.stop();
    server?.closeAllConnections();
    server?.close();
  });

  it('tells of an engine’s events, once for a burst', async () => {
    const socket = join(tmpdir(), `netscope-watch-${process.pid}.sock`);
    let stream: ServerResponse | undefined;
    const asked = new Promise<string>((resolve) => {
      server = createServer((incoming, outgoing) => {
        stream = outgoing;
        outgoing.flushHeaders();
        resolve(incoming.url ?? '');
      });
      server.listen(socket);
    });
    let changes = 0;
    watcher = watchHost({ dockerHost: socket }, () => changes++);
    expect(decodeURIComponent(await asked)).toBe('/events?filters={"type":["container","network"]}');
    await pause(300);
    const before = changes;
    for (let event = 0; event < 5; event++) stream?.write('{"Type":"container","Action":"start"}\n');
    await expect.poll(() => changes, { timeout: 3000 }).toBeGreaterThan(before);
    expect(changes).toBeLessThanOrEqual(before + 2);
  });

  it('tells of links, addresses and routes, there and in the namespaces of its peers', async () => {
    const lab = await startLab(
      'ip netns add blue; ip link add v0 type veth peer name eth0 netns blue; ip link show',
    );
    try {
      let changes = 0;
      watcher = watchHost({ ...noEngine, namespace: `/proc/${lab.pid}/ns/net` }, () => changes++);
      await pause(400);
      for (const change of [
        ['link', 'add', 'v1', 'type', 'veth', 'peer', 'name', 'v2'],
        ['addr', 'add', '10.1.0.1/24', 'dev', 'v0'],
        ['route', 'add', 'blackhole', '10.9.0.0/16'],
        ['rule', 'add', 'from', '10.1.0.0/24', 'table', '100'],
        ['-n', 'blue', 'addr', 'add', '10.1.0.2/24', 'dev', 'eth0'],
        ['link', 'del', 'v1'],
      ]) {
        const before = changes;
        lab.run('ip', ...change);
        await expect
          .poll(() => changes, { timeout: 2000, message: change.join(' ') })
          .toBeGreaterThan(before);
        await pause(400);
      }
      const quiet = changes;
      await pause(600);
      expect(changes).toBe(quiet);
    } finally {
      lab.stop();
    }
  });

  it('lets go of everything when it stops', async () => {
    const first = watchHost(noEngine, () => undefined);
    first.stop();
    await pause(50);
    const descriptors = watchDescriptors();
    for (let round = 0; round < 5; round++) {
      const next = watchHost(noEngine, () => undefined);
      next.stop();
      next.stop();
    }
    await expect.poll(descriptors.left).toEqual([]);
  });
});
