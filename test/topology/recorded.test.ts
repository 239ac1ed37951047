import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';

const file = new URL('hosts/swarm.json.gz', import.meta.url);
const topology = buildTopology(
  parseSnapshot(gunzipSync(readFileSync(file)).toString('utf8'), 'swarm.json.gz'),
);
const task = topology.namespaces.flatMap(({ name }) => (name.startsWith('svc.1.') ? name : []))[0] ?? '';

describe('a real swarm node', () => {
  it('has the peer of every veth but the uplink, whose peer is outside', () => {
    const veths = topology.namespaces.flatMap(({ name: of, links }) =>
      links.filter(({ kind }) => kind === 'veth').map((link) => ({ of, ...link })),
    );
    // 10 pairs of the host with containers, 5 of the hidden namespaces, and the uplink.
    expect(veths).toHaveLength(31);
    expect(veths.filter(({ peer }) => peer === null).map(({ of, peerNote }) => [of, peerNote])).toEqual([
      [
        'host',
        'its peer is interface 2 of the namespace with id 0 here, which is none of those that were found',
      ],
    ]);
    for (const { of, index, peer } of veths) {
      if (peer === null) continue;
      const back = topology.namespaces
        .find(({ id }) => id === peer.namespace)
        ?.links.find((link) => link.index === peer.index)?.peer;
      expect({ index: back?.index, id: back?.namespace }).toEqual({
        index,
        id: topology.namespaces.find((namespace) => namespace.name === of)?.id,
      });
    }
  });

  it('has the members of its overlay networks behind the bridges of the hidden namespaces', () => {
    const members = topology.bridges
      .filter(({ name }) => name === 'br0')
      .map(({ network, members: ports }) => [
        network,
        ports.map(({ name, peer }) => `${name} ${peer?.namespace ?? ''}`),
      ]);
    expect(members).toEqual([
      ['ingress', ['vxlan0 ', 'veth0 ingress_sbox', `veth1 ${task}`]],
      ['net1', ['vxlan0 ', expect.stringMatching(/^veth0 lb_/), 'veth1 ov', `veth2 ${task}`]],
    ]);
  });

  it('has its networks recognised', () => {
    expect(topology.systems.map(({ system, name }) => `${system} ${name}`).sort()).toEqual([
      'docker-bridge app',
      'docker-bridge bridge',
      'docker-bridge docker_gwbridge',
      'docker-container sidecar',
      'docker-dns 127.0.0.11',
      'docker-host hostmode',
      'docker-none lonely',
      'docker-none wired1',
      'docker-none wired2',
      'docker-overlay ingress',
      'docker-overlay net1',
      'docker-swarm ingress',
      'macvlan lan',
      'netns-lab 2 namespaces',
    ]);
    expect(topology.systems.find(({ name }) => name === 'net1')?.ways).toContainEqual([
      'ov:eth0',
      expect.stringMatching(/^1-[0-9a-z]{10}:veth1$/),
      expect.stringMatching(/:br0$/),
      expect.stringMatching(/:vxlan0$/),
    ]);
  });

  it('has the network of a service as the mode of its task', () => {
    const modes = topology.namespaces.flatMap(({ containers }) =>
      containers.map(({ name, networkMode, state }) => [name === task ? 'task' : name, networkMode, state]),
    );
    expect(modes).toContainEqual(['task', 'net1', 'running']);
    expect(modes).toContainEqual(['api', 'app', 'paused']);
    expect(topology.stoppedContainers.map(({ name, state }) => [name, state])).toEqual([['dead', 'exited']]);
  });

  it('is drawn with each namespace once', () => {
    const drawn = drawTree(topology);
    expect(drawn).toContain('api:eth0  172.30.0.3/24  02:42:ac:1e:00:03  paused');
    const others = drawn.slice(drawn.indexOf('other namespaces'), drawn.indexOf('networks\n'));
    expect([...others.matchAll(/^[├└]─ (\S+)/gm)].map(([, name]) => name?.replace(/^1-.*/, '1-'))).toEqual([
      '1-',
      '1-',
      'lonely',
      'vlan',
    ]);
  });
});

describe('an overlay network with a container on another host', () => {
  const textOf = (name: string) =>
    gunzipSync(readFileSync(new URL(`hosts/${name}`, import.meta.url))).toString('utf8');
  const { systems } = buildTopology(parseSnapshot(textOf('overlay.json.gz'), 'overlay.json.gz'));
  const overlay = systems.find(({ system, name }) => system === 'docker-overlay' && name === 'net1');
  // What bridge(8) said in the hidden namespace, and docker of the network.
  const seen = z
    .object({
      fdb: z.array(z.object({ mac: z.string(), dst: z.string().optional() })),
      network: z.object({
        Options: z.record(z.string(), z.string()),
        Containers: z.record(z.string(), z.object({ Name: z.string() })),
      }),
    })
    .parse(JSON.parse(textOf('overlay-seen.json.gz')));

  it('has the VNI that docker gave it, and the containers that docker has on it', () => {
    const vni = seen.network.Options['com.docker.network.driver.overlay.vxlanid_list'];
    expect(overlay?.evidence).toContain(`vxlan0 is VXLAN ${vni} on port 4789, a port of br0`);
    expect(Object.values(seen.network.Containers).map(({ Name }) => Name)).toContain('ov');
    expect(overlay?.containers).toEqual(['ov']);
  });

  it('has the other hosts that the forwarding table of the hidden namespace has', () => {
    const known = seen.fdb.flatMap(({ dst }) => dst ?? []);
    expect(known).toEqual(['203.0.113.20']);
    expect(overlay?.remotes).toEqual(known.map((host) => ({ host, behind: '10.0.1.9', by: 'fdb' })));
    expect(overlay?.ways).toContainEqual([
      'ov:eth0',
      ...['veth1', 'br0', 'vxlan0'].map((name) => `${overlay?.namespace}:${name}`),
    ]);
  });
});
