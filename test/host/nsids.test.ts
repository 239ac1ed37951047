import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { NamespaceHandles } from '../../src/host/namespaces/handles.ts';
import { resolveNsids } from '../../src/host/nsids.ts';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import type { HostSnapshot, NamespaceState } from '../../src/snapshot/schema.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { describeWithTools, type Lab, readBy, startLab } from './support.ts';

/**
 * Twenty named namespaces in a ring of veths, made so that ifindexes collide; a pair inside one namespace; a pair
 * that was moved twice; a VLAN-like child (macvlan) whose parent is elsewhere.
 */
const script = `
for i in $(seq 0 19); do ip netns add n$i; done
for i in $(seq 0 19); do
  j=$(( (i + 1) % 20 ))
  ip -n n$i link add r$i index 100 type veth peer name l$j netns n$j index 200
done
ip -n n3 link add in0 type veth peer name in1
ip -n n4 link add mv0 type veth peer name mv1
ip -n n4 link set mv1 netns n5
ip -n n5 link set mv1 netns n6
ip -n n4 link set mv0 netns n7
ip -n n7 link set mv0 netns n8
ip link add up0 type veth peer name down netns n9
ip link add mac link up0 type macvlan mode bridge
ip link set mac netns n10
ip netns add covered; ip link add seen index 700 type veth peer name hidden index 701 netns covered
mount --bind /dev/null /run/netns/covered
ip -n n11 link add eq0 index 500 type veth peer name eq1 netns n12 index 500
`;

describeWithTools(['unshare', 'nsenter', 'ip'], 'namespace ids', () => {
  let lab: Lab;
  let snapshot: HostSnapshot;

  beforeAll(async () => {
    lab = await startLab(script);
    snapshot = await takeSnapshot({ without: new Set(['engines', 'rules', 'conntrack', 'idle sysctls']) });
  }, 30_000);
  afterAll(() => lab?.stop());

  const byName = (name: string): NamespaceState => {
    const id = z.object({ ino: z.number() }).parse({ ino: inodeOf(name) });
    const state = snapshot.namespaces.find((namespace) => namespace.id === `net:[${id.ino}]`);
    if (state === undefined) throw new Error(`no namespace ${name}`);
    return state;
  };
  const inodeOf = (name: string): number => Number(lab.run('stat', '-L', '-c', '%i', `/run/netns/${name}`));

  /** Where the other end of a link is, as namespace id and ifindex. */
  const otherEnd = (state: NamespaceState, name: string) => {
    const link = state.links.find((candidate) => candidate.name === name);
    const namespace =
      link?.linkNsid === undefined
        ? state.id
        : state.nsids.find(({ nsid }) => nsid === link.linkNsid)?.namespace;
    return { namespace, index: link?.link };
  };
  const at = (state: NamespaceState, name: string) => ({
    namespace: state.id,
    index: state.links.find((candidate) => candidate.name === name)?.index,
  });

  it('leads from each end of a veth to the other, with equal ifindexes everywhere', () => {
    for (let from = 0; from < 20; from++) {
      const to = (from + 1) % 20;
      const [left, right] = [byName(`n${from}`), byName(`n${to}`)];
      expect(otherEnd(left, `r${from}`)).toEqual(at(right, `l${to}`));
      expect(otherEnd(right, `l${to}`)).toEqual(at(left, `r${from}`));
    }
  });

  it('leads to the other end inside one namespace', () => {
    const state = byName('n3');
    expect(otherEnd(state, 'in0')).toEqual(at(state, 'in1'));
    expect(otherEnd(state, 'in1')).toEqual(at(state, 'in0'));
  });

  it('leads to ends that were moved twice', () => {
    expect(otherEnd(byName('n8'), 'mv0')).toEqual(at(byName('n6'), 'mv1'));
    expect(otherEnd(byName('n6'), 'mv1')).toEqual(at(byName('n8'), 'mv0'));
  });

  it('leads to a peer with the same ifindex in another namespace', () => {
    expect(otherEnd(byName('n11'), 'eq0')).toEqual({ namespace: byName('n12').id, index: 500 });
    expect(otherEnd(byName('n12'), 'eq1')).toEqual({ namespace: byName('n11').id, index: 500 });
  });

  it('leads from a macvlan to its lower device in another namespace', () => {
    const host = snapshot.namespaces.find(({ id }) => id === lab.id);
    if (host === undefined) throw new Error('the lab was not found');
    expect(otherEnd(byName('n10'), 'mac')).toEqual(at(host, 'up0'));
    expect(otherEnd(host, 'up0')).toEqual(at(byName('n9'), 'down'));
  });

  it('are those of the links that are there when a link of the same index took the place of a peer', async () => {
    const handles = new NamespaceHandles(3);
    const own = readlinkSync('/proc/thread-self/ns/net');
    const read = (name: string) => {
      const door = `/proc/${lab.pid}/root/run/netns/${name}`;
      return readBy(door, `net:[${inodeOf(name)}]`, { handles, sockets: new Map(), host: own });
    };
    const pair = (from: string, to: string) =>
      lab.run(
        'ip',
        '-n',
        from,
        'link',
        'add',
        'one',
        'index',
        '900',
        'type',
        'veth',
        'peer',
        'name',
        'two',
        'netns',
        to,
        'index',
        '900',
      );
    try {
      pair('n13', 'n14');
      const first = read('n13');
      lab.run('ip', '-n', 'n13', 'link', 'del', 'one');
      pair('n14', 'n15');
      const readings = [first, read('n14'), read('n15')];
      await resolveNsids(readings, own, handles, async () => undefined);
      const [before, middle, last] = readings.map(({ state }) => state);
      if (before === undefined || middle === undefined || last === undefined) throw new Error('not read');
      expect(otherEnd(middle, 'one')).toEqual(at(last, 'two'));
      expect(otherEnd(last, 'two')).toEqual(at(middle, 'one'));
      // What was read of the first is of the past; nothing there agrees with it now.
      expect(otherEnd(before, 'one')).toEqual({ namespace: middle.id, index: 900 });
    } finally {
      handles.close();
    }
  });

  it('that lead nowhere still show what the other end is called', () => {
    const host = snapshot.namespaces.find(({ id }) => id === lab.id);
    expect(host?.links.find(({ name }) => name === 'seen')).toMatchObject({ link: 701, farName: 'hidden' });
    for (const { farName, name } of host?.links ?? []) if (name !== 'seen') expect(farName).toBeUndefined();
    const { namespaces } = buildTopology(snapshot);
    const seen = namespaces.find(({ id }) => id === lab.id)?.links.find(({ name }) => name === 'seen');
    expect(seen?.peer).toBeNull();
    expect(seen?.peerNote).toContain('interface 701 (hidden) of the namespace with id');
  });

  it('agrees with ip netns list-id', () => {
    const listed = z
      .array(z.object({ nsid: z.number(), name: z.string().optional() }))
      .parse(lab.json('ip', '-j', 'netns', 'list-id'));
    const host = snapshot.namespaces.find(({ id }) => id === lab.id);
    for (const { nsid, namespace } of host?.nsids ?? []) {
      const name = listed.find((entry) => entry.nsid === nsid)?.name;
      expect(name).toBeDefined();
      expect(namespace).toBe(byName(name ?? '').id);
    }
    expect(host?.nsids.length).toBeGreaterThan(0);
  });
});
