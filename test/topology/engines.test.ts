import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';

/** Hosts that test/lab/engines made, and what the engine itself said at the same moment. */
const textOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`hosts/${name}.json.gz`, import.meta.url))).toString('utf8');
const recorded = (engine: string) => {
  const topology = buildTopology(parseSnapshot(textOf(engine), `${engine}.json.gz`));
  const said: unknown = JSON.parse(textOf(`${engine}-says`));
  const shown = topology.namespaces.flatMap((namespace) =>
    namespace.containers.map((container) => ({ ...container, namespace })),
  );
  return { topology, said, shown };
};
const addressesOf = (links: readonly { kind: string; addresses: readonly string[] }[]) =>
  links
    .filter(({ kind }) => kind !== 'loopback')
    .flatMap(({ addresses }) => addresses)
    .filter((address) => !address.startsWith('fe80:'))
    .map((address) => address.replace(/\/\d+$/, ''));

describe('containerd without an engine that answers, against ctr', () => {
  const { topology, said, shown } = recorded('containerd');
  const says = z
    .array(
      z.object({
        id: z.string(),
        netns: z.string(),
        annotations: z.record(z.string(), z.string()),
        addresses: z.array(z.string()),
      }),
    )
    .parse(said);

  it('has every task in its namespace, with the addresses of that', () => {
    expect(
      shown
        .map(({ id, namespace }) => [
          id,
          namespace.id,
          namespace.kind === 'host' ? [] : addressesOf(namespace.links),
        ])
        .toSorted(),
    ).toEqual(
      says.map(({ id, netns, addresses }) => [id, netns, id === 'hostly' ? [] : addresses]).toSorted(),
    );
  });

  it('names the containers of a pod as the CRI plugin does, in one namespace after the sandbox', () => {
    const members = says.filter(({ annotations }) => 'io.kubernetes.cri.sandbox-id' in annotations);
    const sandbox = members.find(({ id, annotations }) => annotations['io.kubernetes.cri.sandbox-id'] === id);
    expect(members).toHaveLength(3);
    for (const { id, annotations } of members) {
      const own = shown.find((container) => container.id === id);
      expect(own).toMatchObject({
        name: annotations['io.kubernetes.cri.container-name'] ?? 'front-1',
        pod: 'shop/front-1',
        networkMode: id === sandbox?.id ? 'unknown' : `container:${sandbox?.id}`,
      });
      expect(own?.namespace).toMatchObject({ name: 'front-1', kind: 'pod' });
      expect(own?.namespace.names).toContainEqual(expect.stringMatching(/^cni-/));
    }
  });

  it('has the networks that the CNI plugins answered with', () => {
    expect(topology.bridges.map(({ name, network }) => [name, network])).toEqual([['cni0', 'lab']]);
    expect(shown.find(({ name }) => name === 'web')?.networks).toEqual([
      { name: 'lab', driver: 'bridge', address: says.find(({ id }) => id === 'web')?.addresses[0] },
    ]);
    expect(shown.filter(({ networkMode }) => networkMode === 'none').map(({ name }) => name)).toEqual([
      'alone',
    ]);
    expect(shown.filter(({ networkMode }) => networkMode === 'host').map(({ name }) => name)).toEqual([
      'hostly',
    ]);
  });
});

describe('LXC, against lxc-info', () => {
  const { topology, said, shown } = recorded('lxc');
  const says = z
    .array(
      z.object({ name: z.string(), netns: z.string(), link: z.string(), addresses: z.array(z.string()) }),
    )
    .parse(said);

  it('has each container in its namespace, behind its veth', () => {
    expect(shown.map(({ name, namespace }) => [name, namespace.id]).toSorted()).toEqual(
      says.map(({ name, netns }) => [name, netns]).toSorted(),
    );
    const bridge = topology.bridges.find(({ name }) => name === 'lxcbr0');
    expect(bridge?.members.map(({ name, containers }) => [name, ...containers]).toSorted()).toEqual(
      says
        .filter(({ link }) => link !== '')
        .map(({ name, link }) => [link, name])
        .toSorted(),
    );
    for (const { name, link, addresses } of says) {
      if (link === '') continue;
      const { namespace } = shown.find((container) => container.name === name) ?? {};
      expect(addressesOf(namespace?.links ?? [])).toEqual(addresses);
    }
  });

  it('tells the empty network and the host’s from others', () => {
    expect(shown.map(({ name, networkMode }) => [name, networkMode]).toSorted()).toEqual([
      ['bare', 'none'],
      ['db', 'unknown'],
      ['hostly', 'host'],
      ['web', 'unknown'],
    ]);
  });
});

describe('virtual machines, against virsh domiflist', () => {
  const { topology, said, shown } = recorded('libvirt');
  const says = z
    .object({
      domains: z.array(z.string()),
      interfaces: z.array(z.object({ tap: z.string(), network: z.string(), mac: z.string() })),
      bridge: z.string(),
    })
    .parse(said);
  const host = topology.namespaces.find(({ kind }) => kind === 'host');
  const machineOf = (tap: string) => host?.links.find(({ name }) => name === tap)?.details.machine;

  it('have their names on their taps, by the command line of QEMU', () => {
    expect(says.interfaces.map(({ tap }) => machineOf(tap))).toEqual(says.domains);
    expect(machineOf('tap0')).toBe('hand');
    expect(machineOf('tap1')).toBeUndefined();
    expect(shown).toEqual([]);
  });

  it('are on the bridges of their networks', () => {
    const [{ tap, mac } = { tap: '', mac: '' }] = says.interfaces;
    const bridge = topology.bridges.find(({ name }) => name === says.bridge);
    expect(bridge?.members.map(({ name }) => name)).toEqual([tap]);
    // libvirt gives the tap the machine's address with another first octet.
    expect(host?.links.find(({ name }) => name === tap)?.mac.slice(2)).toBe(mac.slice(2));
    expect(topology.systems.find(({ system }) => system === 'libvirt')?.evidence).toContain(
      `${tap} is a tap of the machine shop-web on ${says.bridge}, held by qemu-system-x86`,
    );
    expect(drawTree(topology)).toMatch(/vnet0 {2}\w+ +tun tap machine shop-web/);
  });
});

describe('Podman without root, whose socket nobody opened, against what it says to its user', () => {
  const { topology, said, shown } = recorded('rootless');
  const says = z
    .array(z.object({ name: z.string(), id: z.string(), netns: z.string(), mode: z.string() }))
    .parse(said);

  it('has each container by name in its namespace, though no control group tells', () => {
    expect(
      shown.map(({ name, id, engine, namespace }) => [name, id, engine, namespace.id]).toSorted(),
    ).toEqual(says.map(({ name, id, netns }) => [name, id, 'podman', netns]).toSorted());
  });

  it('has the way out of each: a tap of its own, or the bridge in the namespace of all', () => {
    const ways = topology.systems.filter(({ system }) => system === 'podman');
    const slirp = expect.stringMatching(/^process slirp4netns \(\d+\) carries packets for it$/);
    const own = says.find(({ mode }) => mode === 'slirp4netns')?.name;
    expect(ways.find(({ name }) => name === own)?.evidence).toContainEqual(slirp);
    const shared = ways.find(({ name }) => name.startsWith('rootless-netns'));
    expect(shared?.evidence).toContainEqual(slirp);
    expect(ways.find(({ name }) => name === 'podman1')).toMatchObject({
      namespace: shared?.namespace,
      containers: says.filter(({ mode }) => mode === 'bridge').map(({ name }) => name),
    });
  });
});
