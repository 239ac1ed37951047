import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import type { HostSnapshot } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, startLab } from './support.ts';

/** A whole engine of its own, with one container of every network mode. */
const script = `
mkdir -p /var/lib/docker /sys/fs/cgroup
mount -t tmpfs tmpfs /var/lib/docker
mount -t cgroup2 cgroup2 /sys/fs/cgroup
dockerd > /run/dockerd.log 2>&1 &
for _ in $(seq 200); do docker version > /dev/null 2>&1 && break; sleep 0.1; done
mkdir -p /run/image/bin
cp /bin/busybox /run/image/bin/
for name in sleep httpd; do ln -s busybox /run/image/bin/$name; done
tar -C /run/image -c . | docker import - lab > /dev/null
docker network create --subnet 10.99.0.0/24 -o com.docker.network.bridge.name=br-shop shop > /dev/null
docker run -d --name web -p 8080:80 -p 127.0.0.1:5353:53/udp lab httpd -f -p 80 > /dev/null
docker run -d --name db --network shop --network-alias database --label com.docker.compose.project=shop lab sleep 600 > /dev/null
docker run -d --name both --network shop lab sleep 600 > /dev/null
docker network connect bridge both
docker run -d --name onhost --network host lab sleep 600 > /dev/null
docker run -d --name alone --network none lab sleep 600 > /dev/null
docker run -d --name sidecar --network container:db lab sleep 600 > /dev/null
docker create --name never lab sleep 600 > /dev/null
docker run -d --name halted lab sleep 600 > /dev/null
docker pause halted > /dev/null
`;

const inspected = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    State: z.object({ Status: z.string(), Pid: z.number() }),
    HostConfig: z.object({ NetworkMode: z.string() }),
    NetworkSettings: z.object({
      Networks: z.record(z.string(), z.object({ IPAddress: z.string(), MacAddress: z.string() })),
    }),
  }),
);

const tools = ['unshare', 'nsenter', 'dockerd', 'docker', 'busybox', 'iptables'];

describeWithTools(tools, 'a real engine, against docker inspect', () => {
  let lab: Lab;
  let snapshot: HostSnapshot;
  let truth: z.infer<typeof inspected>;

  beforeAll(async () => {
    lab = await startLab(script, ['-C', '-u', '-i']);
    snapshot = await takeSnapshot({ dockerHost: `/proc/${lab.pid}/root/run/docker.sock` });
    const ids = lab.run('docker', 'ps', '-aq').trim().split('\n');
    truth = inspected.parse(lab.json('docker', 'inspect', ...ids));
  }, 90_000);
  afterAll(() => {
    // The engine would leave the control groups of its containers behind.
    lab?.run('sh', '-c', 'docker ps -aq | xargs docker rm -f');
    lab?.stop();
  });

  const container = (name: string) => {
    const found = snapshot.containers.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no container ${name}`);
    return found;
  };

  it('has every container with state, mode, networks, addresses', () => {
    expect(snapshot.warnings.filter((text) => text.includes('engine'))).toEqual([]);
    const of = (id: string) => snapshot.containers.find((candidate) => candidate.id === id);
    expect(snapshot.containers).toHaveLength(truth.length);
    for (const { Id, Name, State, HostConfig, NetworkSettings } of truth) {
      expect(of(Id)).toMatchObject({
        name: Name.slice(1),
        state: State.Status,
        pid: State.Pid,
        networkMode: HostConfig.NetworkMode.replace('default', 'bridge'),
      });
      expect(of(Id)?.endpoints.map(({ network, address, mac }) => ({ network, address, mac }))).toEqual(
        Object.entries(NetworkSettings.Networks).map(([network, { IPAddress, MacAddress }]) => ({
          network,
          address: IPAddress,
          mac: MacAddress,
        })),
      );
    }
  });

  it('puts each container into the namespace that its process lives in', () => {
    for (const { Name, State } of truth) {
      const expected = State.Pid === 0 ? undefined : lab.run('readlink', `/proc/${State.Pid}/ns/net`).trim();
      expect([Name, container(Name.slice(1)).namespace]).toEqual([Name, expected]);
    }
    expect(container('sidecar').namespace).toBe(container('db').namespace);
    expect(container('onhost').namespace).toBe(lab.id);
    expect(container('never').namespace).toBeUndefined();
  });

  it('finds containers by their control groups where no engine answers', async () => {
    const silent = await takeSnapshot({
      dockerHost: '/nonexistent/docker.sock',
      without: new Set(['rules', 'conntrack']),
    });
    for (const { Id, Name, State } of truth) {
      const found = silent.containers.find(({ id }) => id === Id);
      if (State.Pid === 0) expect(found).toBeUndefined();
      else
        expect(found).toMatchObject({
          engine: 'docker',
          state: 'running',
          namespace: container(Name.slice(1)).namespace,
        });
    }
  });

  it('has published ports, aliases, labels and the bridge of a network', () => {
    expect(container('web').published).toEqual(
      expect.arrayContaining([
        { protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 },
        { protocol: 'udp', containerPort: 53, hostAddress: '127.0.0.1', hostPort: 5353 },
      ]),
    );
    expect(container('db').endpoints[0]?.aliases).toContain('database');
    expect(container('db').labels).toEqual({ 'com.docker.compose.project': 'shop' });
    expect(snapshot.networks.find(({ name }) => name === 'shop')).toMatchObject({
      driver: 'bridge',
      subnets: [expect.objectContaining({ subnet: '10.99.0.0/24' })],
      options: { 'com.docker.network.bridge.name': 'br-shop' },
    });
  });

  it('reads the rules of the host and of a container with embedded DNS', () => {
    const of = (id?: string) => snapshot.namespaces.find((namespace) => namespace.id === id);
    const text = (id?: string) =>
      of(id)
        ?.rulesets.map((ruleset) => ruleset.text ?? ruleset.error)
        .join('\n') ?? '';
    expect(text(lab.id)).toMatch(/-A DOCKER .*--dport 8080 -j DNAT --to-destination 172\.17\.0\.\d+:80/);
    expect(text(container('db').namespace)).toContain('-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT');
    expect(of(container('db').namespace)?.resolvConf).toContain('nameserver 127.0.0.11');
    expect(of(container('web').namespace)?.rulesets).toEqual([]);
  });

  it('leads from each container’s eth0 to its port on the bridge', () => {
    const host = snapshot.namespaces.find(({ id }) => id === lab.id);
    for (const name of ['web', 'db', 'both', 'halted']) {
      const inside = snapshot.namespaces.find(({ id }) => id === container(name).namespace);
      const veths = inside?.links.filter(({ kind }) => kind === 'veth') ?? [];
      expect(veths).toHaveLength(name === 'both' ? 2 : 1);
      for (const veth of veths) {
        expect(inside?.nsids.find(({ nsid }) => nsid === veth.linkNsid)?.namespace).toBe(lab.id);
        const port = host?.links.find(({ index }) => index === veth.link);
        expect(port?.link).toBe(veth.index);
        expect(host?.nsids.find(({ nsid }) => nsid === port?.linkNsid)?.namespace).toBe(inside?.id);
        expect(host?.links.find(({ index }) => index === port?.master)?.kind).toBe('bridge');
      }
    }
  });
});
