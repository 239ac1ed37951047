import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { readLinkStatistics } from '../../src/host/link-statistics.ts';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { readTraffic } from '../../src/session/read-traffic.ts';
import { trafficKey } from '../../src/topology/link-traffic.ts';
import { describeWithTools, type Lab, startLab } from './support.ts';

const direction = z.object({
  bytes: z.number(),
  packets: z.number(),
  errors: z.number(),
  dropped: z.number(),
});
const ipLinks = z.array(
  z.object({ ifindex: z.number(), ifname: z.string(), stats64: z.object({ rx: direction, tx: direction }) }),
);

/** Nothing but the test's own packets: no neighbour or router discovery. */
const script = `
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
ip netns add far
ip link add v0 type veth peer name v1 netns far
ip address add 10.1.0.1/24 dev v0; ip -n far address add 10.1.0.2/24 dev v1
ip link set v0 up; ip -n far link set v1 up
ping -q -c 3 -i 0.01 10.1.0.2 >/dev/null
`;

describeWithTools(['ip', 'ping', 'sysctl'], 'counters of links', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(script);
  });
  afterAll(() => lab?.stop());

  const truth = () => {
    const links = ipLinks.parse(lab.json('ip', '-s', '-j', 'link'));
    return new Map(links.map(({ ifindex, ifname, stats64 }) => [ifname, { ifindex, ...stats64 }]));
  };
  const own = async () => {
    const { namespaces } = await takeSnapshot({
      without: new Set(['engines', 'rules', 'conntrack', 'counters', 'files']),
    });
    const namespace = namespaces.find(({ id }) => id === lab.id);
    if (namespace === undefined) throw new Error(`${lab.id} was not found`);
    return namespace;
  };

  it('are those that ip -s -j link prints', async () => {
    const namespace = await own();
    let ip = truth();
    let read = readLinkStatistics(namespace);
    // A packet that passed between the two looks is in one of them only.
    for (let again = truth(); JSON.stringify([...ip]) !== JSON.stringify([...again]); again = truth()) {
      ip = again;
      read = readLinkStatistics(namespace);
    }
    expect(ip.get('v0')?.tx.packets).toBeGreaterThanOrEqual(3);
    expect(read?.links.size).toBe(ip.size);
    for (const { ifindex, rx, tx } of ip.values()) {
      expect(read?.links.get(ifindex)).toEqual({
        ...{ rxBytes: rx.bytes, rxPackets: rx.packets, rxErrors: rx.errors, rxDropped: rx.dropped },
        ...{ txBytes: tx.bytes, txPackets: tx.packets, txErrors: tx.errors, txDropped: tx.dropped },
      });
    }
  });

  it('give rates that come to what passed between the two looks', async () => {
    const namespace = await own();
    const before = truth().get('v0');
    const base = await takeSnapshot({ only: new Set([lab.id]), without: new Set(['engines', 'rules']) });
    const looks = readTraffic({ ...base, namespaces: [namespace] }, 0.5);
    lab.run('ping', '-q', '-c', '20', '-i', '0.01', '10.1.0.2');
    const { traffic, seconds } = await looks;
    const after = truth().get('v0');
    expect(seconds).toBeGreaterThan(0.49);
    const carried = traffic.get(trafficKey(lab.id, before?.ifindex ?? 0));
    expect(carried?.total.txPackets).toBe(after?.tx.packets);
    const passed = (after?.tx.packets ?? 0) - (before?.tx.packets ?? 0);
    expect(passed).toBeGreaterThanOrEqual(20);
    // Timers may be early by a millisecond.
    expect(carried?.perSecond?.txPackets).toBeGreaterThan(0);
    expect(carried?.perSecond?.txPackets).toBeLessThanOrEqual(passed / 0.49);
    // Echo requests of 98 bytes, and now and then an ARP of 42.
    const size = (carried?.perSecond?.txBytes ?? 0) / (carried?.perSecond?.txPackets ?? 1);
    expect(size).toBeGreaterThan(90);
    expect(size).toBeLessThanOrEqual(98);
  });

  it('are not known of a namespace that is gone', () => {
    const gone = { id: 'net:[1]', processes: [], holders: [], paths: [] };
    expect(readLinkStatistics(gone)).toBeUndefined();
  });
});
