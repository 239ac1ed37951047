/** What holds of every recorded node, against the tools that looked at it. */
import { describe, expect, it } from 'vitest';
import { drawDot } from '../../src/topology/draw/dot.ts';
import { drawMermaid } from '../../src/topology/draw/mermaid.ts';
import { drawTree } from '../../src/topology/draw/tree.ts';
import { ledByKernel, names, nodeOf } from './nodes.ts';

describe.each(names)('the node %s', (name) => {
  const node = nodeOf(name);

  it('has the links that ip(8) showed, with kinds, masters and details', () => {
    for (const { ifindex, ifname, master, linkinfo, address } of node.seen.links) {
      const link = node.link(ifname);
      expect(link, ifname).toMatchObject({
        index: ifindex,
        // Of a tunnel over IP, ip(8) prints an IP address here.
        mac: /^(?:..:)+..$/.test(address ?? '') ? address : '',
      });
      expect(link?.master?.name, ifname).toBe(master);
      const kind = linkinfo?.info_kind;
      if (kind !== undefined) expect(link?.kind, ifname).toBe(kind);
      const data = linkinfo?.info_data ?? {};
      for (const key of ['id', 'local', 'remote', 'port', 'learning', 'ikey', 'okey', 'mode', 'type'])
        if (key in data) expect(link?.details[key], `${ifname} ${key}`).toEqual(data[key]);
    }
  });

  it('has the addresses that ip(8) showed in each namespace', () => {
    for (const [place, links] of Object.entries(node.seen.addresses)) {
      const namespace = node.topology.namespaces.find((one) => one.names.includes(place));
      for (const { ifname, addr_info } of links)
        expect(namespace?.links.find((link) => link.name === ifname)?.addresses.toSorted(), ifname).toEqual(
          addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`).toSorted(),
        );
    }
  });

  it('has every veth with its peer, but the uplink, whose peer is outside', () => {
    const veths = node.topology.namespaces.flatMap(({ links }) =>
      links.filter(({ kind }) => kind === 'veth'),
    );
    expect(veths.filter(({ peer }) => peer === null).map((link) => link.name)).toEqual(['eth0']);
  });

  it('has ways that lead over links that are there, and is drawn', () => {
    const places = new Map(
      node.topology.namespaces.map((one) => [one.name, new Set(one.links.map((link) => link.name))]),
    );
    for (const { ways, system } of node.topology.systems)
      for (const hop of ways.flat()) {
        const [, place = '', link = ''] = /^(.+):([^:]+)$/.exec(hop) ?? [];
        expect(places.get(place)?.has(link), `${system}: ${hop}`).toBe(true);
      }
    const tree = drawTree(node.topology);
    for (const { host, behind } of node.topology.systems.flatMap(({ remotes }) => remotes))
      expect(tree).toMatch(new RegExp(`─ ${host} +(has|by) +.*${behind.replaceAll('.', '\\.')}`));
    for (const drawn of [tree, drawDot(node.topology), drawMermaid(node.topology)])
      for (const { namespace } of node.topology.systems) expect(drawn).toContain(namespace);
  });

  it('led its connections to Services to nowhere but the endpoints that are shown', () => {
    const services = node.system('kubernetes').flatMap((one) => one.services);
    const led = ledByKernel(node);
    if (services.length > 0 && name !== 'flannel-udp') expect(led.size).toBeGreaterThan(0);
    for (const [end, servers] of led) {
      const service = services.find(
        ({ address, port }) =>
          end === `${address}:${port}` || (address === null && end === `10.0.0.11:${port}`),
      );
      const shown = service?.endpoints.map(({ address, port }) => `${address}:${port}`);
      for (const server of servers) expect(shown, end).toContain(server);
    }
  });
});
