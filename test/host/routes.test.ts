import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { NamespaceState } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

const script = `
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
ip addr add 10.1.0.1/24 dev v0
ip addr add fd01::1/64 dev v0 nodad
ip route add default via 10.1.0.254
ip route add 10.2.0.0/16 via 10.1.0.253 metric 50 mtu 1400 src 10.1.0.1 proto static
ip route add 10.3.0.0/16 nexthop via 10.1.0.2 weight 3 nexthop via 10.1.0.3 dev v0 weight 1
ip route add blackhole 10.4.0.0/16
ip route add unreachable 10.5.0.0/16
ip route add prohibit 10.6.0.0/16
ip route add throw 10.7.0.0/16 table 100
ip route add 10.8.0.0/24 via 10.1.0.4 table 4711
ip route add fd02::/64 via fd01::2 metric 10
ip -6 route add default via fd01::3
ip rule add from 10.1.0.0/24 to 10.8.0.0/24 iif v0 table 4711 priority 100
ip rule add fwmark 0x10/0xff lookup 100 priority 200
ip rule add not oif v0 ipproto tcp dport 80-90 lookup 100 priority 300
ip rule add uidrange 0-10 blackhole priority 400
ip rule add from all lookup main suppress_prefixlength 0 priority 500
ip rule add from 10.9.0.0/16 goto 500 priority 450
ip -6 rule add from fd01::/64 table 100 priority 600
ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent
ip neigh add 10.1.0.3 lladdr 02:00:00:00:00:03 dev v0 nud stale
ip neigh add fd01::2 lladdr 02:00:00:00:00:02 dev v0 nud reachable router
ip link add br0 type bridge
ip link set br0 up
ip link add w0 type veth peer name w1
ip link set w0 up; ip link set w1 up
ip link set w1 master br0
bridge fdb add 02:00:00:00:01:01 dev w1 master static
bridge mdb add dev br0 port w1 grp 239.1.2.3 permanent
bridge mdb add dev br0 port w1 grp ff05::1234 permanent
for source in 10.1.0.7 10.1.0.8; do bridge mdb add dev br0 port w1 grp 239.1.2.3 src $source permanent; done
bridge mdb add dev br0 port w1 grp ff05::1234 src fd01::7 permanent
ip link add vx type vxlan id 7 local 10.1.0.1 dstport 4789 nolearning
bridge fdb append 00:00:00:00:00:00 dev vx dst 10.1.0.2
bridge fdb add 02:00:00:00:02:02 dev vx dst 10.1.0.3 port 4790 vni 9
`;

const ipRoutes = z.array(
  z.object({
    type: z.string().optional(),
    dst: z.string(),
    gateway: z.string().optional(),
    dev: z.string().optional(),
    protocol: z.string().optional(),
    scope: z.string().optional(),
    prefsrc: z.string().optional(),
    metric: z.number().optional(),
    table: z.string().optional(),
    metrics: z.array(z.object({ mtu: z.number().optional() })).optional(),
    nexthops: z
      .array(z.object({ gateway: z.string().optional(), dev: z.string(), weight: z.number() }))
      .optional(),
  }),
);

const ipRules = z.array(
  z.object({
    priority: z.number(),
    not: z.null().optional(),
    src: z.string(),
    srclen: z.number().optional(),
    dst: z.string().optional(),
    dstlen: z.number().optional(),
    iif: z.string().optional(),
    oif: z.string().optional(),
    fwmark: z.string().optional(),
    fwmask: z.string().optional(),
    table: z.string().optional(),
    action: z.string().optional(),
    goto: z.number().optional(),
  }),
);

const tableNumbers: Record<string, number> = { local: 255, main: 254, default: 253 };
const tableNumber = (name = 'main'): number => tableNumbers[name] ?? Number(name);
const unroutable = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);

describeWithTools(
  ['unshare', 'nsenter', 'ip', 'bridge'],
  'routes, rules, neighbours, FDB, against ip -j',
  () => {
    let lab: Lab;
    let state: NamespaceState;

    beforeAll(async () => {
      lab = await startLab(script);
      state = readLab(lab).state;
    });
    afterAll(() => lab?.stop());

    it.each(['ip', 'ip6'] as const)('lists the routes of every table (%s)', (family) => {
      const flag = family === 'ip' ? '-4' : '-6';
      const truth = ipRoutes.parse(lab.json('ip', flag, '-d', '-j', 'route', 'show', 'table', 'all'));
      const width = family === 'ip' ? '/32' : '/128';
      const expected = truth.map((route) => ({
        destination: route.dst === 'default' || route.dst.includes('/') ? route.dst : route.dst + width,
        type: route.type ?? 'unicast',
        gateway: route.gateway,
        // The kernel keeps lo or no device for a route that throws packets away; ip prints neither the same way.
        interface: unroutable.has(route.type ?? '') ? undefined : route.dev,
        preferredSource: route.prefsrc,
        table: tableNumber(route.table),
        metric: route.metric ?? 0,
        protocol: route.protocol,
        mtu: route.metrics?.[0]?.mtu,
        nexthops: route.nexthops?.map(({ gateway, dev, weight }) => ({ gateway, interface: dev, weight })),
      }));
      const seen = state.routes
        .filter((route) => route.family === family)
        .map((route) => ({
          destination: route.destination,
          type: route.type,
          gateway: route.gateway,
          interface: unroutable.has(route.type) ? undefined : route.interface,
          preferredSource: route.preferredSource,
          table: route.table,
          metric: route.metric,
          protocol: route.protocol,
          mtu: route.mtu,
          nexthops: route.nexthops?.map(({ gateway, interface: dev, weight }) => ({
            gateway,
            interface: dev,
            weight,
          })),
        }));
      expect(seen.length).toBeGreaterThan(family === 'ip' ? 12 : 5);
      const sorted = (routes: readonly object[]) => routes.map((route) => JSON.stringify(route)).sort();
      expect(sorted(seen)).toEqual(sorted(expected));
    });

    it('has the scope of IPv4 routes', () => {
      const truth = ipRoutes.parse(lab.json('ip', '-4', '-d', '-j', 'route', 'show', 'table', 'main'));
      for (const { dst, scope } of truth) {
        const route = state.routes.find(({ destination, table }) => destination === dst && table === 254);
        expect([dst, route?.scope]).toEqual([dst, scope ?? 'global']);
      }
    });

    it.each(['ip', 'ip6'] as const)('lists the policy rules (%s)', (family) => {
      const truth = ipRules.parse(lab.json('ip', family === 'ip' ? '-4' : '-6', '-j', 'rule'));
      const prefix = (address?: string, length?: number): string | undefined =>
        address === undefined || address === 'all' ? undefined : `${address}/${length}`;
      const actions: Record<string, string> = { blackhole: 'blackhole', unreachable: 'unreachable' };
      expect(
        state.policyRules
          .filter((rule) => rule.family === family)
          .map((rule) => ({
            priority: rule.priority,
            invert: rule.invert,
            source: rule.source,
            destination: rule.destination,
            inInterface: rule.inInterface,
            outInterface: rule.outInterface,
            mark: rule.mark,
            markMask: rule.markMask === 0xffff_ffff ? undefined : rule.markMask,
            table: rule.action === 'to_tbl' ? rule.table : undefined,
            action: rule.action,
            gotoPriority: rule.gotoPriority,
          })),
      ).toEqual(
        truth.map((rule) => ({
          priority: rule.priority,
          invert: rule.not === null,
          source: prefix(rule.src, rule.srclen),
          destination: prefix(rule.dst, rule.dstlen),
          inInterface: rule.iif,
          outInterface: rule.oif,
          mark: rule.fwmark === undefined ? undefined : Number(rule.fwmark),
          markMask: rule.fwmask === undefined ? undefined : Number(rule.fwmask),
          table: rule.table === undefined ? undefined : tableNumber(rule.table),
          action: rule.goto === undefined ? (actions[rule.action ?? ''] ?? 'to_tbl') : 'goto',
          gotoPriority: rule.goto,
        })),
      );
    });

    it('has what a rule matches besides addresses', () => {
      const rule = (priority: number) =>
        state.policyRules.find((candidate) => candidate.priority === priority);
      expect(rule(300)).toMatchObject({ protocol: 6, destinationPorts: [80, 90], invert: true });
      expect(rule(400)).toMatchObject({ uids: [0, 10], action: 'blackhole' });
      expect(rule(500)).toMatchObject({ suppressPrefixLength: 0 });
    });

    it('lists the neighbours', () => {
      const truth = z
        .array(
          z.object({
            dst: z.string(),
            dev: z.string(),
            lladdr: z.string().optional(),
            state: z.array(z.string()),
            router: z.null().optional(),
          }),
        )
        .parse(lab.json('ip', '-j', 'neigh'));
      expect(truth.length).toBeGreaterThanOrEqual(3);
      const byAddress = (a: { address: string }, b: { address: string }) => (a.address < b.address ? -1 : 1);
      expect(
        state.neighbours
          .map(({ address, interface: dev, mac, flags }) => ({
            address,
            dev,
            mac,
            router: flags.includes('router'),
          }))
          .sort(byAddress),
      ).toEqual(
        truth
          .map(({ dst, dev, lladdr, router }) => ({
            address: dst,
            dev,
            mac: lladdr,
            router: router === null,
          }))
          .sort(byAddress),
      );
      expect(state.neighbours.find(({ address }) => address === '10.1.0.2')?.state).toBe('PERMANENT');
    });

    it('lists the forwarding databases of bridges and VXLANs', () => {
      const truth = z
        .array(
          z.object({
            mac: z.string(),
            ifname: z.string(),
            master: z.string().optional(),
            dst: z.string().optional(),
            port: z.number().optional(),
            vni: z.number().optional(),
            flags: z.array(z.string()),
            state: z.string(),
          }),
        )
        .parse(lab.json('bridge', '-j', 'fdb'));
      const name = (index?: number) => state.links.find((link) => link.index === index)?.name;
      const sorted = (entries: readonly object[]) => entries.map((entry) => JSON.stringify(entry)).sort();
      expect(
        sorted(
          state.fdb.map((entry) => ({
            mac: entry.mac,
            ifname: entry.interface,
            master: name(entry.master),
            dst: entry.destination,
            port: entry.port,
            vni: entry.vni,
            flags: entry.flags,
            state: entry.state,
          })),
        ),
      ).toEqual(
        sorted(
          truth.map((entry) => ({
            mac: entry.mac,
            ifname: entry.ifname,
            master: entry.master,
            dst: entry.dst,
            port: entry.port,
            vni: entry.vni,
            // bridge prints the master instead of the flag where it names it.
            flags: entry.flags,
            state: entry.state,
          })),
        ),
      );
      expect(state.fdb.find(({ mac }) => mac === '02:00:00:00:02:02')).toMatchObject({
        destination: '10.1.0.3',
        port: 4790,
        vni: 9,
      });
    });

    it('lists the multicast groups of bridges', () => {
      const [truth] = z
        .array(
          z.object({
            mdb: z.array(
              z.object({
                dev: z.string(),
                port: z.string(),
                grp: z.string(),
                src: z.string().optional(),
                state: z.string(),
              }),
            ),
          }),
        )
        .parse(lab.json('bridge', '-j', 'mdb'));
      const name = (index: number) => state.links.find((link) => link.index === index)?.name;
      type Group = { readonly grp: string; readonly src?: string | undefined };
      const byGroup = (a: Group, b: Group) => (`${a.grp} ${a.src}` < `${b.grp} ${b.src}` ? -1 : 1);
      expect(
        state.mdb
          .map(({ bridge, interface: port, group, source, state: kept }) => ({
            dev: name(bridge),
            port,
            grp: group,
            src: source,
            state: kept,
          }))
          .sort(byGroup),
      ).toEqual(
        truth?.mdb
          .map(({ dev, port, grp, src, state: kept }) => ({ dev, port, grp, src, state: kept }))
          .sort(byGroup),
      );
      expect(state.mdb.map(({ group }) => group)).toEqual(
        expect.arrayContaining(['239.1.2.3', 'ff05::1234']),
      );
    });
  },
);
