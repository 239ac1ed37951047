import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import {
  parsePodmanSays,
  saidContainers,
  saidMembers,
  saidPorts,
  shownContainers,
  shownMembers,
  shownPorts,
} from './podman-says.ts';

const textOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`hosts/${name}`, import.meta.url))).toString('utf8');

const topology = buildTopology(parseSnapshot(textOf('podman.json.gz'), 'podman.json.gz'));
const says = parsePodmanSays(textOf('podman-says.json.gz'));
const system = (name: string) =>
  topology.systems.find((one) => one.name === name && /^(podman|macvlan)$/.test(one.system));

describe('a real host with Podman', () => {
  it('has the containers, networks, pods and addresses that podman inspect has', () => {
    expect(shownContainers(topology)).toEqual(saidContainers(says));
    expect(shownContainers(topology).filter(({ pod }) => pod === 'duo')).toHaveLength(3);
  });

  it('has the bridges of podman network inspect, with its containers behind them', () => {
    expect(shownMembers(topology)).toEqual(saidMembers(says));
  });

  it('publishes each port once, by netavark’s rules', () => {
    expect(shownPorts(topology)).toEqual(saidPorts(says));
    expect(topology.publishedPorts.map(({ by }) => by)).toEqual(
      says.containers.flatMap(({ Name }) => (/^(first|second|web)$|infra$/.test(Name) ? [['iptables']] : [])),
    );
  });

  it('puts a pod into one namespace, after its infra container', () => {
    const pod = topology.namespaces.find(({ containers }) => containers.some(({ name }) => name === 'one'));
    expect(pod?.kind).toBe('pod');
    expect(pod?.name).toMatch(/-infra$/);
    expect(pod?.containers.map(({ name }) => name).toSorted()).toEqual([pod?.name, 'one', 'two'].toSorted());
    expect(topology.systems.filter(({ system: name }) => name === 'kubernetes')).toEqual([]);
  });

  it('says of each network which chains are its own, and who answers for names', () => {
    expect(system('podman')?.evidence.join('\n')).not.toContain('answers for names');
    expect(system('app')?.evidence.join('\n')).toMatch(
      /chains NETAVARK-[0-9A-F]{13}\naardvark-dns \(\d+\) answers for names on udp 10\.89\.1\.1:53/,
    );
    expect(system('app')?.evidence).toContainEqual(expect.stringMatching(/^veth\d+ leads to pod duo$/));
    const chains = ['podman', 'app', 'other'].map((name) =>
      system(name)?.evidence.find((text) => text.startsWith('chains')),
    );
    expect(new Set(chains).size).toBe(3);
    expect(system('lan')).toMatchObject({ system: 'macvlan', containers: ['vlan'] });
  });

  it('is drawn with the networks instead of the mode that all have', () => {
    const drawn = drawTree(topology);
    expect(drawn).toMatch(/podman1 {2}bridge {2}network app/);
    expect(drawn).toMatch(/veth\d+ {2}forwarding {2}── \w+-infra:eth0 .* pod duo +shared by /);
    expect(drawn).toMatch(/vlan {2}container {2}network lan/);
    expect(drawn).toMatch(/gone {2}exited {2}network podman/);
    expect(drawn).toContain('service shop/front');
  });
});
