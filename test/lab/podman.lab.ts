import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import type { Topology } from '../../src/topology/model.ts';
import {
  type PodmanSays,
  parsePodmanSays,
  saidContainers,
  saidMembers,
  saidPorts,
  shownContainers,
  shownMembers,
  shownPorts,
} from '../topology/podman-says.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab(['podman']);

const diagnosis = z.object({
  reachable: z.boolean().nullable(),
  findings: z.array(z.object({ cause: z.string(), fix: z.array(z.string()) })),
});

describe.skipIf(skip !== undefined)(`Podman${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  let host: LabHost;
  let says: PodmanSays;

  beforeAll(async () => {
    host = await startHost({ docker: false });
    await host.script('engines/podman.sh');
    says = parsePodmanSays((await host.script('engines/podman-says.sh')).stdout);
  });
  afterAll(() => host?.remove());

  const read = async (): Promise<Topology> => {
    const result = await host.netscope(['snapshot', '-w', '-']);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    return buildTopology(parseSnapshot(result.stdout, 'lab'));
  };
  const diagnose = async (from: string, to: string) =>
    diagnosis.parse(JSON.parse((await host.netscope(['diagnose', from, to, '--json'])).stdout));

  it('is shown as podman inspect, network inspect and pod inspect have it', async () => {
    const topology = await read();
    expect(topology.host.engines).toMatchObject([{ kind: 'podman' }]);
    expect(shownContainers(topology)).toEqual(saidContainers(says));
    expect(shownMembers(topology)).toEqual(saidMembers(says));
    expect(shownPorts(topology)).toEqual(saidPorts(says));
    const tree = await host.netscope(['topology', '--tree']);
    expect(tree.stdout).toMatch(/podman1 {2}bridge {2}network app/);
    expect(tree.stdout).toContain('pod duo');
  });

  it('is diagnosed through its own bridges and names', async () => {
    expect(await diagnose('db', 'web:80')).toEqual({ reachable: true, findings: [] });
    expect(await diagnose('db', 'duo:80')).toEqual({ reachable: true, findings: [] });
    expect(await diagnose('first', 'web:80')).toMatchObject({
      reachable: false,
      findings: [{ cause: 'dns-default-bridge', fix: ['podman network connect app first'] }],
    });
  });

  it('is known by name, network and shared namespace where its socket does not answer', async () => {
    const stop = 'kill "$(cat /run/lab/podman/service.pid)"; rm -f /run/podman/podman.sock';
    await host.run(['bash', '-c', stop]);
    const topology = await read();
    expect(topology.host.engines).toEqual([]);
    const shown = topology.namespaces.flatMap(({ id, containers }) =>
      containers.map(({ name, networkMode, networks }) => ({
        name,
        netns: id,
        mode: networkMode,
        networks: networks.map((network) => `${network.name} ${network.address}`).toSorted(),
      })),
    );
    const running = says.containers.filter(({ State }) => State.Status === 'running');
    expect(shown.map(({ name }) => name).toSorted()).toEqual(running.map(({ Name }) => Name).toSorted());
    for (const { Name, State, HostConfig, NetworkSettings } of running) {
      const { stdout } = await host.run(['readlink', `/proc/${State.Pid}/ns/net`]);
      const isOwn = HostConfig.NetworkMode === 'bridge';
      expect(
        shown.find(({ name }) => name === Name),
        Name,
      ).toEqual({
        name: Name,
        netns: stdout,
        mode: isOwn ? 'unknown' : HostConfig.NetworkMode,
        // The default network and macvlan ones have no names: nothing of them is in a file.
        networks: isOwn
          ? Object.entries(NetworkSettings.Networks)
              .filter(([network]) => /^(app|other)$/.test(network))
              .map(([network, { IPAddress }]) => `${network} ${IPAddress}`)
              .toSorted()
          : [],
      });
    }
    expect(shownMembers(topology).filter(([bridge]) => !bridge?.startsWith('podman0 '))).toEqual(
      saidMembers(says).filter(([bridge]) => !bridge?.startsWith('podman0 ')),
    );
  });

  it('leaves services of systemd their names, in namespaces of their own and in shared ones', async () => {
    // PrivateNetwork= of one, JoinsNamespaceOf= of the other (systemd.unit(5)).
    const service = (name: string) => `mkdir -p /sys/fs/cgroup/system.slice/${name}.service
      echo $$ >/sys/fs/cgroup/system.slice/${name}.service/cgroup.procs`;
    const private_ = `${service('tunnel')}; exec unshare -n sh -c 'echo $$ >/run/lab/tunnel.pid; echo ready; exec sleep 300'`;
    const first = await host.spawn(['bash', '-c', private_]);
    await first.until(/ready/);
    const joined = `${service('dns\\\\x2dproxy')}; exec nsenter -t "$(cat /run/lab/tunnel.pid)" -n sh -c 'echo ready; exec sleep 300'`;
    const second = await host.spawn(['bash', '-c', joined]);
    await second.until(/ready/);
    const { stdout } = await host.run(['bash', '-c', 'readlink /proc/$(cat /run/lab/tunnel.pid)/ns/net']);
    const namespace = (await read()).namespaces.find(({ id }) => id === stdout);
    expect(namespace?.containers).toMatchObject([
      { name: 'tunnel.service', engine: 'systemd', networkMode: 'none' },
      { name: 'dns-proxy.service', engine: 'systemd', networkMode: 'none' },
    ]);
    for (const one of [first, second]) one.signal('SIGKILL');
  });
});
