import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { CLONE_NEWNET, libc } from '../../src/host/ffi/libc.ts';
import type { SnapshotPart } from '../../src/host/namespace-state.ts';
import { pathInto } from '../../src/host/namespaces/doors.ts';
import { inNamespace } from '../../src/host/namespaces/enter.ts';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeWithTools, type Lab, startLab } from './support.ts';

const script = `
ip netns add blue
ip link add v0 type veth peer name eth0 netns blue
ip addr add 10.1.0.1/24 dev v0; ip link set v0 up
ip -n blue addr add 10.1.0.2/24 dev eth0; ip -n blue link set eth0 up
ip -n blue route add local 10.77.0.0/16 dev eth0
ip netns exec blue iptables-nft -A INPUT -p tcp --dport 22 -j DROP
`;

describeWithTools(['unshare', 'nsenter', 'ip', 'iptables-nft'], 'takeSnapshot', () => {
  const labs: Lab[] = [];
  afterEach(() => {
    for (const lab of labs.splice(0)) lab.stop();
  });

  async function start(): Promise<Lab> {
    const lab = await startLab(script);
    labs.push(lab);
    return lab;
  }

  it('covers namespaces that nobody lives in, with links, rules and names', async () => {
    const lab = await start();
    const snapshot = await takeSnapshot({ version: '1.2.3' });
    const host = snapshot.namespaces.find(({ id }) => id === lab.id);
    const blue = snapshot.namespaces.find(({ paths, nsids }) => {
      return paths.includes('/run/netns/blue') && nsids.some(({ namespace }) => namespace === lab.id);
    });
    expect(blue).toMatchObject({ sources: ['bind-mount'], names: ['blue'], processes: [], unreadable: [] });
    expect(blue?.links.map(({ name }) => name)).toEqual(['lo', 'eth0']);
    expect(blue?.rulesets).toEqual([
      { backend: 'iptables-nft', family: 'ip', text: expect.stringContaining('--dport 22 -j DROP') },
    ]);
    expect(host?.links.map(({ name }) => name)).toEqual(['lo', 'v0']);
    expect(host?.owner).toBe(readlinkSync(`/proc/${lab.pid}/ns/user`));
    expect(snapshot.netscope).toBe('1.2.3');
    expect(snapshot.host.kernel).toBe(execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim());
  });

  it('leaves out of an idle namespace what it is told to, and nothing else', async () => {
    const lab = await start();
    const blue = `net:[${lab.run('stat', '-L', '-c', '%i', '/run/netns/blue').trim()}]`;
    const read = async (without: readonly SnapshotPart[]) => {
      const { namespaces } = await takeSnapshot({
        only: new Set([blue]),
        without: new Set(['engines', ...without]),
      });
      const [{ routes = [], sysctls = {} } = {}] = namespaces;
      return { local: routes.filter(({ table }) => table === 255).map((one) => one.destination), sysctls };
    };
    const all = await read([]);
    expect(all.local).toEqual(expect.arrayContaining(['10.1.0.2/32', '10.77.0.0/16']));
    expect(all.sysctls).toHaveProperty(['net.ipv4.conf.default.forwarding']);
    const some = await read(['own routes', 'idle sysctls']);
    expect(some.local).toEqual(['10.77.0.0/16']);
    expect(some.sysctls).toHaveProperty(['net.ipv4.conf.all.forwarding']);
    expect(some.sysctls).not.toHaveProperty(['net.ipv4.conf.default.forwarding']);
  });

  it('is what the schema says, and reads back the same', async () => {
    await start();
    const snapshot = await takeSnapshot();
    expect(parseSnapshot(JSON.stringify(snapshot), 'test')).toEqual(JSON.parse(JSON.stringify(snapshot)));
  });

  it('covers the whole host from whichever namespace it is started in', async () => {
    const lab = await start();
    const quick = new Set(['rules', 'conntrack', 'engines', 'idle sysctls'] as const);
    const outside = await takeSnapshot({ without: quick });
    const home = openSync('/proc/thread-self/ns/net', 'r');
    const away = openSync(`/proc/${lab.pid}/ns/net`, 'r');
    try {
      expect(libc().setns(away, CLONE_NEWNET)).toBe(0);
      const inside = await takeSnapshot({ without: quick });
      expect(readlinkSync('/proc/thread-self/ns/net')).toBe(lab.id);
      const host = outside.namespaces.find((namespace) => namespace.host);
      const sameHost = inside.namespaces.find((namespace) => namespace.host);
      expect(sameHost?.id).toBe(host?.id);
      expect(sameHost?.links.map(({ name }) => name)).toEqual(host?.links.map(({ name }) => name));
      expect(sameHost?.neighbours.length).toBe(host?.neighbours.length);
      expect(inside.namespaces.find(({ id }) => id === lab.id)?.links.map(({ name }) => name)).toEqual([
        'lo',
        'v0',
      ]);
    } finally {
      libc().setns(home, CLONE_NEWNET);
      closeSync(home);
      closeSync(away);
    }
  });

  it('leaks no descriptor and keeps no namespace alive', async () => {
    await takeSnapshot();
    const descriptors = watchDescriptors();
    const lab = await start();
    for (let round = 0; round < 3; round++) await takeSnapshot();
    const blue = lab.run('stat', '-L', '-c', '%i', '/run/netns/blue').trim();
    labs.pop();
    lab.stop();
    const gone = async (): Promise<boolean> => {
      const { namespaces } = await takeSnapshot({
        without: new Set(['rules', 'conntrack', 'engines', 'idle sysctls']),
      });
      return !namespaces.some(({ id }) => id === lab.id || id === `net:[${blue}]`);
    };
    await expect.poll(gone, { timeout: 5000 }).toBe(true);
    // The lab's own pipes close when the event loop hears of its end.
    await expect.poll(descriptors.left, { timeout: 5000 }).toEqual([]);
  });

  it('survives namespaces that come and go while it reads', async () => {
    // `timeout`: it ends also where this process is killed before it can end it.
    const loop = 'while :; do unshare -n true; unshare -n sleep 0.01 & sleep 0.005; done';
    const churn = spawn('timeout', ['-s', 'KILL', '90', 'sh', '-c', loop], { detached: true });
    try {
      for (let round = 0; round < 5; round++) await takeSnapshot({ without: new Set(['engines']) });
    } finally {
      if (churn.pid !== undefined) process.kill(-churn.pid, 'SIGKILL');
    }
  }, 90_000);

  it('leads back into each of its namespaces', async () => {
    const lab = await start();
    const { namespaces } = await takeSnapshot({
      without: new Set(['rules', 'conntrack', 'engines', 'idle sysctls']),
    });
    const host = namespaces.find(({ id }) => id === lab.id);
    const blue = namespaces.find(({ nsids, paths }) => {
      return paths.includes('/run/netns/blue') && nsids.some(({ namespace }) => namespace === lab.id);
    });
    for (const state of [host, blue]) {
      const path = state === undefined ? undefined : pathInto(state);
      expect(path).toBeDefined();
      expect(inNamespace(path ?? '', () => readlinkSync('/proc/thread-self/ns/net'))).toBe(state?.id);
    }
    expect(
      pathInto({ id: 'net:[1]', processes: [{ pid: 1, command: '' }], holders: [], paths: ['/etc'] }),
    ).toBeUndefined();
  });
});
