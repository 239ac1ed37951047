import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import { topologyChanges, wholeChanges } from '../../src/topology/changes.ts';
import { factsOf } from '../../src/topology/facts.ts';
import type { Topology } from '../../src/topology/model.ts';
import { buildSnapshot, container, type LinkInput, link, loopback } from './build-snapshot.ts';
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

  it('is a line for a container that stopped, with what went with it, and a line for its veth', () => {
    const changes = topologyChanges(scene(), scene({ web: null, published: false }));
    expect(wholeChanges(changes).map(({ text }) => text)).toEqual([
      'host:veth1 went, the peer of web:eth0',
      'container web: exited (was running)',
    ]);
    expect(changes.map(({ kind, how }) => `${kind} ${how}`)).toEqual(
      expect.arrayContaining(['namespace went', 'address went', 'member went', 'port went']),
    );
    const [veth] = wholeChanges(changes);
    expect(veth?.subjects).toContain('link host:docker0');
  });

  it('is the same for one that starts', () => {
    expect(texts(scene({ web: null }), scene())).toEqual([
      'container web: running (was exited)',
      'host:veth1 came, the peer of web:eth0',
    ]);
  });

  it('says that a container restarted when it is in another namespace', () => {
    const changes = wholeChanges(topologyChanges(scene(), scene({ web: 2 })));
    expect(changes.map(({ text }) => text)).toEqual([
      'host:veth1 went, the peer of web:eth0',
      'container web: restarted',
      'host:veth2 came, the peer of web:eth0',
    ]);
    expect(changes[1]?.subjects).toEqual(expect.arrayContaining(['namespace web', 'link web:eth0']));
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
      'container web: exited (was running)',
      'namespace sidecar was namespace web before',
    ]);
  });

  it.each([
    ['a container that is paused', scene({ state: 'paused' }), ['container web: paused (was running)']],
    [
      'an address',
      scene({ address: '172.17.0.9/16' }),
      ['172.17.0.2/16 on web:eth0 went', '172.17.0.9/16 on web:eth0 came'],
    ],
    ['a link', scene({ host: [link(20, 'wg0', 'wireguard')] }), ['host:wg0 came']],
    ['a published port', scene({ published: false }), ['published port 0.0.0.0:8080/tcp of web:80 went']],
  ])('names %s', (_, after, expected) => {
    expect(texts(scene(), after)).toEqual(expected);
  });

  it('says from what to what a link changed', () => {
    const before = scene({ host: [link(20, 'eth1', 'physical')] });
    const after = scene({ host: [link(20, 'eth1', 'physical', { flags: [], mtu: 1400 })] });
    expect(texts(before, after)).toEqual(['host:eth1: down (was up), mtu 1400 (was 1500)']);
  });

  it('says of a port that joins a bridge that it does', () => {
    const before = scene({ host: [link(20, 'tap0', 'tun')] });
    const after = scene({ host: [link(20, 'tap0', 'tun', { master: 4 })] });
    expect(texts(before, after)).toEqual(['tap0 in host:docker0 came']);
  });
});

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
