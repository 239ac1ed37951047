import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildTopology } from '../../src/topology/build.ts';
import type { Topology } from '../../src/topology/model.ts';
import { buildSnapshot, link, loopback, type NamespaceInput, ns } from './build-snapshot.ts';
import { type KnownHost, randomHost } from './random-veths.ts';

function peersOf(topology: Topology): ReadonlyMap<string, { peer: string | null; note: string | null }> {
  return new Map(
    topology.namespaces.flatMap(({ id, links }) =>
      links
        .filter(({ kind }) => kind === 'veth')
        .map(({ index, peer, peerNote }) => [
          `${id} ${index}`,
          { peer: peer === null ? null : `${peer.namespace} ${peer.index}`, note: peerNote },
        ]),
    ),
  );
}

function judge({ snapshot, truth, told }: KnownHost) {
  const found = peersOf(buildTopology(snapshot));
  const wrong = [...found].filter(([end, { peer }]) => peer !== null && peer !== truth.get(end));
  const missing = [...told].filter((end) => found.get(end)?.peer !== truth.get(end));
  const silent = [...found].filter(([, { peer, note }]) => (peer === null) !== (note !== null));
  return { wrong, missing, silent, found: found.size };
}

describe('peers of veths on random hosts', () => {
  it('are all found and all right among 500 namespaces with colliding ifindexes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const known = randomHost(seed, 500, 500, false);
        expect(known.told.size).toBe(1000);
        expect(judge(known)).toEqual({ wrong: [], missing: [], silent: [], found: 1000 });
      }),
      { numRuns: 15 },
    );
  });

  it('are never wrong, and null with a reason where nothing proves them, when ids, namespaces and attributes are missing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(5, 40, 500), (seed, namespaces) => {
        const { wrong, missing, silent } = judge(randomHost(seed, namespaces, 500, true));
        expect({ wrong, missing, silent }).toEqual({ wrong: [], missing: [], silent: [] });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the peer of a veth', () => {
  const toHost = [{ nsid: 0, namespace: ns(0) }];
  const toOne = [{ nsid: 7, namespace: ns(1) }];
  const peerAndNote = (namespaces: Record<number, NamespaceInput>, index = 5, of = 0) => {
    const topology = buildTopology(buildSnapshot({ namespaces }));
    const found = topology.namespaces
      .find(({ id }) => id === ns(of))
      ?.links.find((one) => one.index === index);
    return [found?.peer ?? null, found?.peerNote];
  };
  const veth = (index: number, more: Parameters<typeof link>[3]) => link(index, `v${index}`, 'veth', more);
  const eth0 = { namespace: ns(1), index: 9, name: 'v9' };

  it('is in its own namespace when the kernel gives no NETNSID', () => {
    expect(peerAndNote({ 0: { links: [veth(5, { link: 6 }), veth(6, { link: 5 })] } })).toEqual([
      { namespace: ns(0), index: 6, name: 'v6' },
      null,
    ]);
  });

  it('is found when both ends have the same ifindex, told or left out', () => {
    const namespaces = (told: { link?: number }) => ({
      0: { nsids: toOne, links: [veth(5, { linkNsid: 7, ...told })] },
      1: { nsids: toHost, links: [veth(5, { linkNsid: 0, ...told })] },
    });
    for (const told of [{ link: 5 }, {}]) {
      expect(peerAndNote(namespaces(told))).toEqual([{ namespace: ns(1), index: 5, name: 'v5' }, null]);
    }
  });

  it('is proven by the other end when this end cannot say where', () => {
    const other = { nsids: toHost, links: [veth(9, { link: 5, linkNsid: 0 })] };
    expect(peerAndNote({ 0: { links: [veth(5, { link: 9, linkNsid: 7 })] }, 1: other })).toEqual([
      eth0,
      null,
    ]);
    expect(peerAndNote({ 0: { links: [veth(5, { ethtoolPeer: 9 })] }, 1: other })).toEqual([eth0, null]);
    expect(peerAndNote({ 0: { links: [veth(5, {})] }, 1: other })).toEqual([eth0, null]);
  });

  it('is not guessed from an ifindex, however well the numbers fit', () => {
    const [peer, note] = peerAndNote({
      0: { links: [veth(5, { link: 9, linkNsid: 7 })] },
      1: { links: [veth(9, { link: 5, linkNsid: 3 })] },
    });
    expect(peer).toBeNull();
    expect(note).toBe(
      'its peer is interface 9 of the namespace with id 7 here, which is none of those that were found',
    );
  });

  it('is null when the other end names somebody else', () => {
    expect(
      peerAndNote({
        0: { nsids: toOne, links: [veth(5, { link: 9, linkNsid: 7 }), veth(6, {})] },
        1: { nsids: toHost, links: [veth(9, { link: 6, linkNsid: 0 })] },
      }),
    ).toEqual([null, `its peer is interface 9 of ${ns(1)}, but v9 there names another peer`]);
  });

  it('is null when netlink and ethtool disagree', () => {
    expect(
      peerAndNote({
        0: { nsids: toOne, links: [veth(5, { link: 9, linkNsid: 7, ethtoolPeer: 8 })] },
        1: { nsids: toHost, links: [veth(9, { link: 5, linkNsid: 0 })] },
      }),
    ).toEqual([null, 'netlink says that its peer is interface 9, ethtool says 8']);
  });

  it('is null when two interfaces claim it and it does not say which', () => {
    const claim = { nsids: toHost, links: [veth(9, { link: 5, linkNsid: 0 })] };
    const [peer, note] = peerAndNote({
      0: { links: [veth(5, { link: 9, linkNsid: 7 })] },
      1: claim,
      2: claim,
    });
    expect(peer).toBeNull();
    expect(note).toContain('each say that they are its peer');
  });

  it('is null, with where it is, in a namespace that could not be entered or read in time', () => {
    const host = { nsids: toOne, links: [veth(5, { link: 9, linkNsid: 7 })] };
    expect(peerAndNote({ 0: host, 1: { unreadable: ['setns: Operation not permitted'] } })).toEqual([
      null,
      `its peer is interface 9 of ${ns(1)}, which could not be read: setns: Operation not permitted`,
    ]);
    expect(peerAndNote({ 0: host, 1: { links: [loopback] } })).toEqual([
      null,
      `its peer is interface 9 of ${ns(1)}, which was not there when that namespace was read`,
    ]);
    expect(peerAndNote({ 0: host })).toEqual([
      null,
      `its peer is interface 9 of ${ns(1)}, a namespace that was not found`,
    ]);
    expect(peerAndNote({ 0: { links: [veth(5, { link: 9, linkNsid: -1 })] } })[1]).toContain('gave no id');
    expect(peerAndNote({ 0: { links: [veth(5, { link: 0 })] } })[1]).toContain('being removed');
  });

  it('is never a link of another kind', () => {
    expect(
      peerAndNote({
        0: { nsids: toOne, links: [veth(5, { link: 9, linkNsid: 7 })] },
        1: { links: [link(9, 'eth0', 'macvlan')] },
      }),
    ).toEqual([null, `its peer is interface 9 of ${ns(1)}, but eth0 there is no veth`]);
  });
});

describe('a host of 2000 namespaces', () => {
  it('is built in well under 100 ms', () => {
    const { snapshot } = randomHost(1, 2000, 2000, false);
    buildTopology(snapshot);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      buildTopology(snapshot);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
