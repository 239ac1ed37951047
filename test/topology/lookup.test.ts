import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { createLookup } from '../../src/topology/lookup.ts';
import { buildSnapshot, container, idOf, link, loopback, ns } from './build-snapshot.ts';
import { backBridge, dockerHost } from './docker-scene.ts';

const lookup = createLookup(buildTopology(dockerHost()));
const chosen = (...specs: string[]) =>
  lookup.resolveInterfaces(specs).map(({ namespaceName, name }) => `${namespaceName}:${name}`);

describe('a namespace is found', () => {
  it.each([
    ['host', 'host'],
    ['web', 'web'],
    ['sidecar', 'web'],
    ['monitor', 'host'],
    ['3f2a9c1d0e4b', 'web'],
    ['blue', 'blue'],
    [idOf('db'), 'db'],
    [idOf('db').slice(0, 8), 'db'],
    ['pid:100', 'web'],
    ['pid:1', 'host'],
    [ns(5), 'blue'],
  ])('by %s', (word, name) => {
    expect(lookup.namespaceByName(word)?.name).toBe(name);
  });

  it('that has an interface of an alternative name', () => {
    const links = [loopback, link(2, 'eth0', 'physical', { details: { altnames: ['enp1s0'] } })];
    const { resolveInterfaces } = createLookup(
      buildTopology(buildSnapshot({ namespaces: { 0: { links } } })),
    );
    for (const spec of ['enp1s0', 'host:enp1s0'])
      expect(resolveInterfaces([spec])).toMatchObject([{ name: 'eth0' }]);
  });

  it.each(['', 'pid:4', 'net:[1]', 'old', 'constructor'])('not by %j', (word) => {
    expect(lookup.namespaceByName(word)).toBeUndefined();
  });
});

describe('-i selects', () => {
  it.each([
    [['docker0'], ['host:docker0']],
    [['host:eth0'], ['host:eth0']],
    [['web'], ['web:lo', 'web:eth0']],
    [['web:eth0', 'sidecar:eth0'], ['web:eth0']],
    [['blue:any'], ['blue:lo', 'blue:eth0']],
    [['pid:100:eth0'], ['web:eth0']],
    [[`${ns(2)}:eth0`], ['db:eth0']],
    [[ns(4)], ['lonely:lo']],
  ])('%j', (specs, expected) => {
    expect(chosen(...specs)).toEqual(expected);
  });

  it('every interface of the host by any, and every one there is by all', () => {
    expect(chosen('any')).toHaveLength(8);
    expect(new Set(lookup.resolveInterfaces(['any']).map(({ namespaceId }) => namespaceId))).toEqual(
      new Set([ns(0)]),
    );
    expect(chosen('all')).toHaveLength(8 + 2 * 4 + 1);
  });

  it('bridges, host-side veths and uplinks by default', () => {
    expect(chosen()).toEqual([
      'host:eth0',
      'host:docker0',
      `host:${backBridge}`,
      'host:veth6f6b800',
      'host:veth00aa11b',
      'host:vethcc33dd4',
      'host:vblue',
    ]);
  });

  it.each([
    ['docker1', /no interface of the host, container or namespace is called "docker1".*"docker0"/],
    ['weeb:eth0', /no container or namespace is called "weeb".*"web"/],
    ['web:eth1', /"web" has no interface "eth1".*"eth0"/],
    ['old', /container "old" does not run \(exited\)/],
    ['zzzzzzzz', /netscope topology/],
    ['web:', /"web" has no interface ""/],
    ['\u001b[2J', /\\x1b\[2J/],
  ])('nothing by %j, and says what is near', (spec, message) => {
    expect(() => chosen(spec)).toThrow(message);
    expect(() => chosen(spec)).toThrow(expect.objectContaining({ name: 'NetscopeError', status: 2 }));
  });

  it('nothing when a container id prefix means two', () => {
    const twins = createLookup(
      buildTopology(
        buildSnapshot({
          namespaces: { 0: {}, 1: { links: [loopback] }, 2: { links: [loopback] } },
          containers: [
            container('a', 1, 'bridge', { id: 'beef01' }),
            container('b', 2, 'bridge', { id: 'beef02' }),
          ],
        }),
      ),
    );
    expect(() => twins.resolveInterfaces(['beef'])).toThrow(/"beef" may mean "a" or "b"/);
    expect(twins.resolveInterfaces(['beef02'])).toMatchObject([{ namespaceName: 'b', name: 'lo' }]);
  });
});

describe('the container of an address', () => {
  it('is the one that has it on an interface', () => {
    expect(lookup.containerOfAddress('172.17.0.3')).toMatchObject({ container: 'db', interface: 'eth0' });
    expect(lookup.containerOfAddress('172.17.0.2', ns(0))?.container).toBe('web');
  });

  it('is none for the host, a hand-made namespace, and loopback seen from the host', () => {
    expect(lookup.containerOfAddress('172.17.0.1')).toBeUndefined();
    expect(lookup.containerOfAddress('10.9.0.2')).toBeUndefined();
    expect(lookup.containerOfAddress('127.0.0.1', 'host')).toBeUndefined();
    expect(lookup.containerOfAddress('127.0.0.1', 'web')?.container).toBe('web');
  });

  it('is the one on the same segment when two networks use one subnet, and none where that does not tell', () => {
    const nsids = [0, 1, 2, 3].map((number) => ({ nsid: number, namespace: ns(number) }));
    const end = (index: number, peer: number, nsid: number, address: string) =>
      link(index, 'eth0', 'veth', { link: peer, linkNsid: nsid, addresses: [address] });
    const twice = createLookup(
      buildTopology(
        buildSnapshot({
          namespaces: {
            0: {
              nsids,
              links: [
                link(10, 'br1', 'bridge'),
                link(20, 'br2', 'bridge'),
                link(11, 'v1', 'veth', { link: 2, linkNsid: 1, master: 10 }),
                link(12, 'v2', 'veth', { link: 2, linkNsid: 2, master: 20 }),
                link(13, 'v3', 'veth', { link: 2, linkNsid: 3, master: 10 }),
              ],
            },
            1: { nsids, links: [end(2, 11, 0, '10.0.0.2/24')] },
            2: { nsids, links: [end(2, 12, 0, '10.0.0.2/24')] },
            3: { nsids, links: [end(2, 13, 0, '10.0.0.3/24')] },
          },
          containers: [container('one', 1, 'x'), container('two', 2, 'y'), container('three', 3, 'x')],
        }),
      ),
    );
    expect(twice.containerOfAddress('10.0.0.2', 'three')?.container).toBe('one');
    expect(twice.containerOfAddress('10.0.0.2', 'host')).toBeUndefined();
    expect(twice.containerOfAddress('10.0.0.2')).toBeUndefined();
  });
});

describe('the way out', () => {
  const way = (name: string) => {
    const { hops, end } = lookup.wayOut(lookup.namespaceByName(name)?.id ?? '');
    return { hops: hops.map(({ namespace, role, link: { name: of } }) => `${namespace}:${of} ${role}`), end };
  };

  it('goes from eth0 by veth and bridge to the uplink', () => {
    expect(way('web')).toEqual({
      hops: ['web:eth0 interface', 'host:veth6f6b800 veth', 'host:docker0 bridge', 'host:eth0 uplink'],
      end: null,
    });
    expect(way('host')).toEqual({ hops: ['host:eth0 uplink'], end: null });
  });

  it('ends at the bridge or veth where no default route goes on', () => {
    expect(way('blue')).toEqual({
      hops: ['blue:eth0 interface', 'host:vblue veth'],
      end: 'blue has no default route',
    });
  });

  it('ends at once where there is only loopback', () => {
    expect(way('lonely')).toEqual({ hops: [], end: 'lonely has no interface but loopback' });
  });
});
