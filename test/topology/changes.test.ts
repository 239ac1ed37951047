import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { topologyChanges, wholeChanges } from '../../src/topology/changes.ts';
import { factsOf } from '../../src/topology/facts.ts';
import type { Topology } from '../../src/topology/model.ts';
import { buildSnapshot, container, defaultRoute, type LinkInput, link, loopback } from './build-snapshot.ts';
import { anySnapshot } from './random-snapshot.ts';

interface Scene {
  /** Number of web's namespace; null: it is stopped. */
  readonly web?: number | null;
  readonly state?: string;
  readonly host?: readonly LinkInput[];
  readonly published?: boolean;
  readonly address?: string;
}

/** A host with a bridge, and on it a container with a published port. */
function scene(given: Scene = {}): Topology {
  const web = given.web === undefined ? 1 : given.web;
  const { host = [], state, published = true, address = '172.17.0.2/16' } = given;
  const own = {
    links: [loopback, link(8, 'eth0', 'veth', { link: 9, linkNsid: 0, addresses: [address] })],
    nsids: [{ nsid: 0, namespace: 'net:[4026531840]' }],
  };
  const veth = link(9, `veth${web}`, 'veth', { link: 8, linkNsid: web ?? 0, master: 4 });
  return buildTopology(
    buildSnapshot({
      namespaces: {
        0: {
          links: [
            loopback,
            link(4, 'docker0', 'bridge', { addresses: ['172.17.0.1/16'] }),
            ...(web === null ? [] : [veth]),
            ...host,
          ],
          nsids: web === null ? [] : [{ nsid: web, namespace: `net:[${4026531840 + web}]` }],
        },
        ...(web === null ? {} : { [web]: own }),
      },
      containers: [
        container('web', web, 'bridge', {
          ...(state === undefined ? {} : { state }),
          published: published
            ? [{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 }]
            : [],
        }),
      ],
    }),
  );
}

function texts(before: Topology, after: Topology): readonly string[] {
  return wholeChanges(topologyChanges(before, after)).map(({ text }) => text);
}

describe('what changed between two looks at a host', () => {
  it('is nothing where nothing did', () => {
    expect(topologyChanges(scene(), scene())).toEqual([]);
  });

  it('is a line for a container that stopped, with all that went with it', () => {
    const changes = topologyChanges(scene(), scene({ web: null, published: false }));
    expect(wholeChanges(changes).map(({ text }) => text)).toEqual(['container web stopped (was running)']);
    expect(changes.map(({ kind, how }) => `${kind} ${how}`)).toEqual(
      expect.arrayContaining(['namespace went', 'address went', 'member went', 'port went']),
    );
    const [stopped] = wholeChanges(changes);
    expect(stopped?.subjects).toEqual(expect.arrayContaining(['namespace web', 'link host:docker0']));
  });

  it('is the same for one that starts', () => {
    expect(texts(scene({ web: null }), scene())).toEqual(['container web started (was exited)']);
  });

  it('says that a container restarted when it is in another namespace', () => {
    const changes = wholeChanges(topologyChanges(scene(), scene({ web: 2 })));
    expect(changes.map(({ text }) => text)).toEqual(['container web restarted']);
    expect(changes[0]?.subjects).toEqual(expect.arrayContaining(['namespace web', 'link web:eth0']));
  });

  it('says what a namespace was called that another container is left in', () => {
    const shared = (state: string) =>
      buildTopology(
        buildSnapshot({
          namespaces: { 1: { links: [loopback] } },
          containers: [
            container('web', state === 'running' ? 1 : null, 'bridge', { state }),
            container('sidecar', 1, 'container:web'),
          ],
        }),
      );
    expect(texts(shared('running'), shared('exited'))).toEqual([
      'container web stopped (was running)',
      "container sidecar is left in the namespace that was web's",
    ]);
  });

  it.each([
    ['a container that is paused', scene({ state: 'paused' }), ['container web is paused (was running)']],
    [
      'an address',
      scene({ address: '172.17.0.9/16' }),
      ['address 172.17.0.2/16 on web:eth0 was removed', 'address 172.17.0.9/16 on web:eth0 was added'],
    ],
    ['a link', scene({ host: [link(20, 'wg0', 'wireguard')] }), ['wireguard host:wg0 came']],
    [
      'a published port',
      scene({ published: false }),
      ['published port 0.0.0.0:8080/tcp of web:80 was removed'],
    ],
  ])('names %s', (_, after, expected) => {
    expect(texts(scene(), after)).toEqual(expected);
  });

  it('says from what to what a link changed', () => {
    const before = scene({ host: [link(20, 'eth1', 'physical')] });
    const after = scene({ host: [link(20, 'eth1', 'physical', { flags: [], mtu: 1400 })] });
    expect(texts(before, after)).toEqual(['host:eth1 is down (was up), has mtu 1400 (was 1500)']);
  });

  it('says of a port that joins a bridge that it does', () => {
    const before = scene({ host: [link(20, 'tap0', 'tun')] });
    const after = scene({ host: [link(20, 'tap0', 'tun', { master: 4 })] });
    expect(texts(before, after)).toEqual(['host:tap0 was put into bridge docker0']);
  });

  it('is one line for both ends of a cable that comes, goes down or is moved', () => {
    expect(texts(wired(null, []), wired(1, []))).toEqual(['veth host:vg came, with its peer green:eth0']);
    expect(texts(wired(1, []), wired(null, []))).toEqual(['veth host:vg went, with its peer green:eth0']);
    expect(texts(wired(1, []), wired(1, ['green']))).toEqual(['green:eth0 is down (was up)']);
    expect(texts(wired(1, []), wired(1, ['host', 'green']))).toEqual([
      'host:vg is down (was up)',
      'green:eth0 is down (was up)',
    ]);
    expect(texts(wired(1, []), wired(2, []))).toEqual(['host:vg has peer blue:eth0 (was green:eth0)']);
  });

  it('is one line for a bridge that goes down with its ports', () => {
    const bridged = (flags: readonly string[], state: string) =>
      buildTopology(
        buildSnapshot({
          namespaces: {
            0: {
              links: [
                link(4, 'br0', 'bridge', { flags: [...flags] }),
                link(5, 'tap0', 'tun', { master: 4, port: { state } }),
                link(6, 'tap1', 'tun', { master: 4, port: { state } }),
              ],
            },
          },
        }),
      );
    expect(texts(bridged(['up'], 'forwarding'), bridged([], 'disabled'))).toEqual([
      'host:br0 is down (was up)',
    ]);
    expect(texts(bridged(['up'], 'forwarding'), bridged(['up'], 'blocking'))).toEqual([
      'host:tap0 is blocking (was forwarding)',
      'host:tap1 is blocking (was forwarding)',
    ]);
  });

  it('is one line for a link that is renamed, or moved to another namespace', () => {
    const lan = { mac: '02:00:00:00:00:07', addresses: ['10.0.0.7/24'] };
    const placed = (name: string, inside: boolean, twins = 1) => {
      const links = Array.from({ length: twins }, (_, at) =>
        link(40 + at, `${name}${at || ''}`, 'macvlan', lan),
      );
      return buildTopology(
        buildSnapshot({
          namespaces: {
            0: { links: [loopback, ...(inside ? [] : links)] },
            1: { names: ['blue'], links: [loopback, ...(inside ? links : [])] },
          },
        }),
      );
    };
    expect(texts(placed('mv0', false), placed('mv0', true))).toEqual(['macvlan host:mv0 is now blue:mv0']);
    expect(texts(placed('mv0', false), placed('lan', false))).toEqual(['macvlan host:mv0 is now host:lan']);
    // Two with one address: which became which is not known.
    expect(texts(placed('a', false, 2), placed('b', true, 2))).toHaveLength(4);
  });

  it('says of a route that was set that it went, unless its link went down', () => {
    const routed = (flags: readonly string[], routes: readonly ReturnType<typeof defaultRoute>[]) =>
      buildTopology(
        buildSnapshot({
          namespaces: {
            0: {
              links: [loopback, link(2, 'eth0', 'physical', { flags: [...flags] })],
              routes: [
                ...routes,
                { family: 'ip', destination: '10.0.0.0/24', protocol: 'kernel', interfaceIndex: 2 },
              ],
            },
          },
        }),
      );
    const route = defaultRoute('10.0.0.1', 2, 'eth0');
    expect(texts(routed(['up'], [route]), routed(['up'], []))).toEqual([
      'route default via 10.0.0.1 dev eth0 of host was removed',
    ]);
    expect(texts(routed(['up'], [route]), routed([], []))).toEqual(['host:eth0 is down (was up)']);
  });

  it('says of an engine that does not answer that, and not that its containers were removed', () => {
    const after = scene();
    const silent = buildTopology(
      buildSnapshot({
        namespaces: { 0: { links: [loopback] }, 1: { links: [loopback] } },
      }),
    );
    const without = { ...silent, host: { ...silent.host, engines: [] } };
    expect(texts(after, without)).toContain('docker does not answer any more');
    expect(texts(after, without).filter((text) => text.startsWith('container'))).toEqual([]);
    expect(texts(without, after)).toContain('docker answers');
    expect(texts(without, after).filter((text) => text.startsWith('container'))).toEqual([]);
  });
});

/** A veth between the host and `green` (1) or `blue` (2), with these ends down; null for none. */
function wired(there: 1 | 2 | null, down: readonly string[]): Topology {
  const state = (end: string, other: string) =>
    down.includes(end)
      ? { flags: [], operstate: 'DOWN' }
      : down.includes(other)
        ? { flags: ['up' as const], operstate: 'LOWERLAYERDOWN' }
        : {};
  const end = {
    links: [loopback, link(2, 'eth0', 'veth', { link: 30, linkNsid: 0, ...state('green', 'host') })],
    nsids: [{ nsid: 0, namespace: 'net:[4026531840]' }],
  };
  const empty = { links: [loopback] };
  return buildTopology(
    buildSnapshot({
      namespaces: {
        0: {
          links: [
            loopback,
            ...(there === null
              ? []
              : [link(30, 'vg', 'veth', { link: 2, linkNsid: 7, ...state('host', 'green') })]),
          ],
          nsids: there === null ? [] : [{ nsid: 7, namespace: `net:[${4026531840 + there}]` }],
        },
        1: { names: ['green'], ...(there === 1 ? end : empty) },
        2: { names: ['blue'], ...(there === 2 ? end : empty) },
      },
    }),
  );
}

it('any two hosts: names without what went and with what came are the other host’s, and every part has its whole', () => {
  fc.assert(
    fc.property(anySnapshot, anySnapshot, (one, other) => {
      const [before, after] = [buildTopology(one), buildTopology(other)];
      expect(topologyChanges(before, buildTopology(structuredClone(one)))).toEqual([]);
      const changes = topologyChanges(before, after);
      const names = new Set(factsOf(before).keys());
      for (const { how, key } of changes) {
        if (how === 'went') names.delete(key);
        if (how === 'came') names.add(key);
      }
      expect(names).toEqual(new Set(factsOf(after).keys()));
      const whole = wholeChanges(changes);
      expect(whole.length > 0).toBe(changes.length > 0);
      const told = new Set(whole.flatMap(({ subjects }) => subjects));
      for (const subject of changes.flatMap(({ subjects }) => subjects)) expect(told).toContain(subject);
    }),
    { numRuns: 150 },
  );
});
