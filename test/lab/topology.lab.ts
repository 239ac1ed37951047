import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseTopology, type TopologyDocument } from './documents.ts';
import type { RunOptions } from './host/run.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();

const ipLink = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  link_index: z.number().optional(),
  link_netnsid: z.number().optional(),
  mtu: z.number(),
  address: z.string(),
  master: z.string().optional(),
  linkinfo: z.object({ info_kind: z.string().optional(), info_slave_kind: z.string().optional() }).optional(),
});
type IpLink = z.infer<typeof ipLink>;

/** The namespaces of the scenario that hold links of their own, by the name that netscope gives them, and the way in. */
const places: readonly (readonly [string, RunOptions])[] = [
  ['host', {}],
  ...['web', 'api', 'db', 'lonely', 'wired1', 'wired2', 'vlan'].map(
    (container) => [container, { container }] as const,
  ),
  ...['blue', 'red'].map((namespace) => [namespace, { namespace }] as const),
];

describe.skipIf(skip !== undefined)(
  `topology of a Docker host${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    let host: LabHost;
    let topology: TopologyDocument;
    const links = new Map<string, IpLink[]>();

    beforeAll(async () => {
      host = await startHost({ scenario: 'standard' });
      const result = await host.netscope(['topology', '--json']);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      topology = parseTopology(result.stdout);
      for (const [name, place] of places) {
        const { stdout } = await host.run(['ip', '-d', '-j', 'link'], place);
        links.set(name, z.array(ipLink).parse(JSON.parse(stdout)));
      }
    });
    afterAll(() => host?.remove());

    const linksOf = (name: string) =>
      topology.namespaces.find((namespace) => namespace.name === name)?.links ?? [];
    const nameOf = (id: string | undefined) =>
      topology.namespaces.find((namespace) => namespace.id === id)?.name;

    it.each(places.map(([name]) => name))('lists the links of %s as ip(8) does', (name) => {
      expect(
        linksOf(name).map(({ index, name, mac, mtu, master }) => ({
          index,
          name,
          mac,
          mtu,
          master: master?.name,
        })),
      ).toEqual(
        (links.get(name) ?? []).map(({ ifindex, ifname, address, mtu, master }) => ({
          index: ifindex,
          name: ifname,
          mac: address,
          mtu,
          master,
        })),
      );
    });

    it('finds the peer of every veth that ip(8) and the names of ip-netns(8) lead to', async () => {
      // ip-netns(8) can say which namespace a netnsid is, once the containers' namespaces have names.
      const named = new Map<string, string>([
        ['blue', 'blue'],
        ['red', 'red'],
      ]);
      for (const container of ['web', 'api', 'db', 'wired1', 'wired2', 'vlan']) {
        const { stdout } = await host.run(['docker', 'inspect', '--format', '{{.State.Pid}}', container]);
        await host.run(['ip', 'netns', 'attach', `c-${container}`, stdout.trim()]);
        named.set(`c-${container}`, container);
      }
      const { stdout } = await host.run(['ip', 'netns', 'list-id']);
      const byId = new Map(
        [...stdout.matchAll(/^nsid (\d+) \(iproute2 netns name: (\S+)\)/gm)].map(([, id, name]) => [
          Number(id),
          name ?? '',
        ]),
      );
      let compared = 0;
      const found = new Set<string>();
      for (const link of links.get('host') ?? []) {
        const netns = named.get(byId.get(link.link_netnsid ?? -1) ?? '');
        if (link.linkinfo?.info_kind !== 'veth' || netns === undefined) continue;
        const far = links.get(netns)?.find(({ ifindex }) => ifindex === link.link_index);
        const ours = linksOf('host').find(({ index }) => index === link.ifindex);
        expect({ ...ours?.peer, namespace: nameOf(ours?.peer?.namespace) }, link.ifname).toEqual({
          namespace: netns,
          index: far?.ifindex,
          name: far?.ifname,
        });
        // And back.
        const back = linksOf(netns).find(({ index }) => index === far?.ifindex)?.peer;
        expect({ ...back, namespace: nameOf(back?.namespace) }, link.ifname).toEqual({
          namespace: 'host',
          index: link.ifindex,
          name: link.ifname,
        });
        compared++;
        found.add(`${far?.ifindex}`);
      }
      // web, api, db, wired1, wired2, blue, red; four of them are number 2 in their namespace.
      expect(compared).toBe(7);
      expect(found.size).toBeLessThanOrEqual(4);
    });

    it('does not guess the peer of the uplink, which is in a namespace that the host cannot see', () => {
      const uplink = linksOf('host').find(({ name }) => name === 'eth0');
      expect(uplink).toMatchObject({ kind: 'veth', peer: null });
      expect(uplink?.peerNote).toMatch(/\w/);
    });

    it('lists the members of every bridge with the container behind each', async () => {
      const members = new Map<string, string[]>();
      for (const link of links.get('host') ?? []) {
        if (link.master !== undefined)
          members.set(link.master, [...(members.get(link.master) ?? []), link.ifname].sort());
      }
      const bridges = topology.bridges.filter(({ namespace }) => namespace === 'host');
      expect(
        new Map(bridges.map((bridge) => [bridge.name, bridge.members.map(({ name }) => name).sort()])),
      ).toEqual(members);

      for (const network of ['bridge', 'app']) {
        const format = '{{range .Containers}}{{.Name}} {{end}}';
        const { stdout } = await host.run(['docker', 'network', 'inspect', '--format', format, network]);
        const bridge = bridges.find((candidate) => candidate.network === network);
        expect(bridge?.members.map(({ peer }) => peer?.namespace).sort(), network).toEqual(
          stdout.trim().split(' ').sort(),
        );
      }
    });

    it('agrees with docker inspect on containers, their modes and namespaces', async () => {
      const { stdout } = await host.run([
        'sh',
        '-c',
        "docker inspect --format '{{.Id}} {{slice .Name 1}} {{.HostConfig.NetworkMode}} {{.State.Pid}}' $(docker ps -q)",
      ]);
      const seen = topology.namespaces.flatMap(({ id, containers }) =>
        containers.map((container) => ({ netns: id, ...container })),
      );
      expect(seen).toHaveLength(stdout.split('\n').length);
      for (const line of stdout.split('\n')) {
        const [id = '', name = '', mode = '', pid = ''] = line.split(' ');
        const ours = seen.find((container) => container.id === id);
        expect(ours, name).toMatchObject({ name, networkMode: mode === 'default' ? 'bridge' : mode });
        expect(ours?.netns).toBe((await host.run(['readlink', `/proc/${pid}/ns/net`])).stdout);
      }
    });

    it('shows a container where its processes are, after the one whose namespace it shares was restarted', async () => {
      await host.run(['docker', 'run', '-d', '--name', 'lender', 'lab/base', 'sleep', '600']);
      await host.run([
        'docker',
        'run',
        '-d',
        '--name',
        'sharer',
        '--network',
        'container:lender',
        'lab/base',
        'sleep',
        '600',
      ]);
      const placeOf = async (name: string) => {
        const { stdout } = await host.run(['docker', 'inspect', '--format', '{{.State.Pid}}', name]);
        return (await host.run(['readlink', `/proc/${stdout.trim()}/ns/net`])).stdout;
      };
      const before = await placeOf('lender');
      await host.run(['docker', 'restart', '-t', '0', 'lender']);
      const after = await placeOf('lender');
      expect(after).not.toBe(before);
      expect(await placeOf('sharer')).toBe(before);
      const { namespaces } = parseTopology((await host.netscope(['topology', '--json'])).stdout);
      const shown = (name: string) =>
        namespaces.find(({ containers }) => containers.some((container) => container.name === name))?.id;
      expect(shown('lender')).toBe(after);
      expect(shown('sharer')).toBe(before);
      await host.run(['docker', 'rm', '-f', 'sharer', 'lender']);
    });

    it('lists the published port and what serves it, and the lower device of the macvlan container', () => {
      expect(topology.publishedPorts).toContainEqual(
        expect.objectContaining({
          container: 'web',
          hostPort: 8080,
          containerPort: 80,
          by: ['iptables', 'docker-proxy'],
        }),
      );
      const macvlan = linksOf('vlan').find(({ kind }) => kind === 'macvlan');
      expect({ ...macvlan?.parent, namespace: nameOf(macvlan?.parent?.namespace) }).toMatchObject({
        namespace: 'host',
        name: 'eth0',
      });
    });
  },
);
