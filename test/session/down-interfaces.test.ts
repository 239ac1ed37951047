/** Capturing where some interfaces are down, in namespaces of our own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginLive } from '../../src/session/live.ts';
import type { Session } from '../../src/session/model.ts';
import { opened } from '../../src/session/opened.ts';
import { NetscopeError } from '../../src/util/errors.ts';
import { describeWithTools, type Lab, startLab } from '../host/support.ts';

const noEngine = '/nonexistent/netscope.sock';

function open(...interfaces: readonly string[]): Promise<Session> {
  return opened(
    beginLive({
      ...{ interfaces, filter: '', numeric: false, keepPackets: true, hostStateOnly: false, version: 'test' },
      dockerHost: noEngine,
    }),
  );
}

describeWithTools(
  ['unshare', 'nsenter', 'ip', 'busybox'],
  'capturing on all interfaces of a namespace',
  () => {
    let lab: Lab;
    let session: Session | undefined;
    beforeAll(async () => {
      lab = await startLab(`ip link add d0 type veth peer name p0
      ip link set d0 up; ip link set p0 up; ip link add d1 type bridge`);
    });
    afterAll(async () => {
      await session?.close();
      lab?.stop();
    });
    const names = () => session?.interfaces.map(({ name }) => name).sort();

    it('says which are down, and captures on them when they come up', async () => {
      session = await open(lab.id);
      expect(names()).toEqual(['d0', 'lo', 'p0']);
      expect(session.warnings.filter((text) => text.includes('d1'))).toEqual([
        expect.stringMatching(/:d1 is down: it is captured when it comes up$/),
      ]);
      lab.run('ip', 'link', 'set', 'd1', 'up');
      await expect.poll(names, { timeout: 15_000 }).toEqual(['d0', 'd1', 'lo', 'p0']);
      expect(session.warnings.some((text) => text.includes('not up'))).toBe(false);
    }, 30_000);

    it('tells time to the flows: what nobody answers is unanswered without another packet', async () => {
      lab.run('ip', 'address', 'add', '10.5.0.1/24', 'dev', 'd0');
      lab.run('ip', 'neighbour', 'add', '10.5.0.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'd0');
      expect(() => lab.run('busybox', 'ping', '-c', '1', '-W', '1', '10.5.0.2')).toThrow();
      const states = () =>
        session
          ?.flows()
          .flows.filter(({ destination }) => destination.address === '10.5.0.2')
          .map(({ state }) => state);
      await expect.poll(states, { timeout: 5000 }).toEqual(['unanswered', 'unanswered']);
    }, 15_000);

    it('fails for one that was named and is down', async () => {
      lab.run('ip', 'link', 'set', 'd1', 'down');
      await expect(open(`${lab.id}:d1`)).rejects.toThrow(/d1 of namespace .* not up/);
      await expect(open(`${lab.id}:d1`, lab.id)).rejects.toThrow(NetscopeError);
    }, 30_000);
  },
);

describeWithTools(['unshare', 'nsenter', 'ip'], 'a namespace whose interfaces are all down', () => {
  it('is an error that says so', async () => {
    const lab = await startLab('ip link set lo down');
    try {
      await expect(open(lab.id)).rejects.toThrow(/lo: it is down; bring one up/);
    } finally {
      lab.stop();
    }
  }, 30_000);
});
