/** Links that another one carries: macvlan, VXLAN. */
import { describe } from 'vitest';
import type { HostSnapshot, RouteState } from '../../../src/snapshot/schema.ts';
import { linkOf, namespaceOf } from '../world.ts';
import { type Case, findsEach, ruleBefore } from './cases.ts';

/** far sits on the host's uplink, as a macvlan interface with this address. */
function macvlan(snapshot: HostSnapshot, address = '203.0.113.50'): void {
  const far = namespaceOf(snapshot, 'far');
  const eth0 = linkOf(snapshot, 'far', 'eth0');
  Object.assign(eth0, { kind: 'macvlan', link: 2 });
  for (const one of eth0.addresses) one.cidr = `${address}/24`;
  const [route, connected] = far.routes;
  Object.assign(route ?? {}, { gateway: '203.0.113.1' });
  Object.assign(connected ?? {}, { destination: '203.0.113.0/24', preferredSource: address });
}

/** One more connected route of the host. */
function routeBy(snapshot: HostSnapshot, destination: string, by: Partial<RouteState>): void {
  const { routes } = namespaceOf(snapshot, 'host');
  const connected = routes.find((one) => one.destination === '203.0.113.0/24');
  if (connected === undefined) throw new Error('no route');
  routes.push({ ...connected, destination, ...by });
}

/** A VXLAN interface of the host, with the network 10.9.0.0/24 behind it. */
function overlay(snapshot: HostSnapshot, details: Record<string, unknown> = {}): void {
  const host = namespaceOf(snapshot, 'host');
  const [template] = linkOf(snapshot, 'host', 'eth0').addresses;
  if (template === undefined) throw new Error('no address');
  host.links.push({
    ...linkOf(snapshot, 'host', 'eth0'),
    ...{ index: 50, name: 'vx0', kind: 'vxlan', link: 2, mac: '02:00:00:00:00:50' },
    addresses: [{ ...template, cidr: '10.9.0.1/24' }],
    details: { id: 42, port: 4789, local: '203.0.113.10', ...details },
  });
  routeBy(snapshot, '10.9.0.0/24', { interfaceIndex: 50, interface: 'vx0', preferredSource: '10.9.0.1' });
}

function remoteEnd(snapshot: HostSnapshot): void {
  overlay(snapshot);
  namespaceOf(snapshot, 'host').fdb.push({
    ...{ mac: '00:00:00:00:00:00', interfaceIndex: 50, interface: 'vx0' },
    ...{ destination: '203.0.113.20', state: 'permanent', flags: ['self'] },
  });
}

const cases: readonly Case[] = [
  {
    cause: 'macvlan-host-isolation',
    how: 'from the host',
    from: 'host',
    to: '203.0.113.50:80',
    names: 'far:eth0 is a macvlan of host:eth0',
    proof: 'macvlan of eth0',
    fix: 'ip route add 203.0.113.50/32 dev macvlan-host',
    fault: (s) => macvlan(s),
    near: (s) => macvlan(s, '203.0.113.51'),
  },
  {
    cause: 'macvlan-host-isolation',
    how: 'to the host',
    from: 'far',
    to: '203.0.113.10:22',
    names: 'far:eth0 is a macvlan of host:eth0',
    proof: 'macvlan of eth0',
    fix: 'ip link add macvlan-host link eth0 type macvlan mode bridge',
    fault: (s) => macvlan(s),
    // The host has such an interface of its own, by which it answers.
    near: (s) => {
      macvlan(s);
      const host = namespaceOf(s, 'host');
      host.links.push({
        ...linkOf(s, 'host', 'eth0'),
        ...{ index: 40, name: 'mv0', kind: 'macvlan', link: 2, mac: '02:00:00:00:00:40', addresses: [] },
      });
      routeBy(s, '203.0.113.50/32', { interfaceIndex: 40, interface: 'mv0' });
    },
  },
  {
    cause: 'overlay-broken',
    how: 'no FDB entry',
    from: 'host',
    to: '10.9.0.2:80',
    names: 'host:vx0 (VNI 42) does not carry packets to 10.9.0.2: vx0 has no FDB entry',
    proof: 'no entry with dst',
    fix: 'bridge fdb append 00:00:00:00:00:00 dev vx0 dst REMOTE',
    fault: (s) => overlay(s),
    near: (s) => overlay(s, { remote: '203.0.113.20' }),
  },
  {
    cause: 'overlay-broken',
    how: 'looks like one without FDB entries, and has its other end over IPv6',
    from: 'host',
    to: '10.9.0.2:80',
    names: 'vx0',
    fault: (s) => overlay(s),
    near: (s) => overlay(s, { remote6: '2001:db8::20' }),
  },
  {
    cause: 'overlay-broken',
    how: 'looks like one without FDB entries, and is told the other end with each packet',
    from: 'host',
    to: '10.9.0.2:80',
    names: 'vx0',
    fault: (s) => overlay(s),
    near: (s) => overlay(s, { external: true }),
  },
  {
    cause: 'overlay-broken',
    how: 'a rule against what the other end sends',
    from: 'host',
    to: '10.9.0.2:80',
    names: 'packets of the other end, 203.0.113.20, are dropped on arrival',
    proof: '--dport 4789 -j DROP',
    fix: 'iptables -D INPUT -p udp -m udp --dport 4789 -j DROP',
    fault: (s) => {
      remoteEnd(s);
      ruleBefore('-A FORWARD -j DOCKER-USER', '-A INPUT -p udp -m udp --dport 4789 -j DROP')(s);
    },
    // The port of another overlay.
    near: (s) => {
      remoteEnd(s);
      ruleBefore('-A FORWARD -j DOCKER-USER', '-A INPUT -p udp -m udp --dport 8472 -j DROP')(s);
    },
  },
];

describe('causes: links that another one carries', () => findsEach(cases));
