/** Links, bridges and neighbours. */
import { describe } from 'vitest';
import type { HostSnapshot } from '../../../src/snapshot/schema.ts';
import { linkOf, namespaceOf } from '../world.ts';
import { type Case, findsEach, nothing } from './cases.ts';

/** far is no container any more, and has the address of db. */
function sameAddress(snapshot: HostSnapshot): void {
  for (const address of linkOf(snapshot, 'far', 'eth0').addresses) address.cidr = '172.30.0.2/24';
  snapshot.containers = snapshot.containers.filter(({ name }) => name !== 'far');
}

const db = '172.30.0.2:3306';

const cases: readonly Case[] = [
  {
    cause: 'veth-down',
    how: "the host's end",
    from: 'web',
    to: db,
    names: 'vethdb',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').flags = ['broadcast'];
    },
  },
  {
    cause: 'veth-down',
    how: "the container's end",
    from: 'web',
    to: db,
    names: 'db:eth0',
    fault: (s) => {
      linkOf(s, 'db', 'eth0').flags = ['broadcast'];
    },
  },
  {
    cause: 'veth-not-attached',
    how: 'no master',
    from: 'web',
    to: db,
    names: 'vethdb',
    fault: (s) => {
      delete linkOf(s, 'host', 'vethdb').master;
    },
  },
  {
    cause: 'veth-not-attached',
    how: 'the wrong bridge',
    from: 'web',
    to: db,
    names: 'br-other',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').master = 4;
    },
  },
  {
    cause: 'bridge-down',
    how: 'br-app',
    from: 'web',
    to: db,
    names: 'br-app',
    fault: (s) => {
      linkOf(s, 'host', 'br-app').flags = ['broadcast'];
    },
  },
  {
    cause: 'bridge-port-blocked',
    how: 'its state',
    from: 'web',
    to: db,
    names: 'disabled',
    fault: (s) => {
      linkOf(s, 'host', 'vethdb').port = { state: 'disabled' };
    },
  },
  {
    cause: 'bridge-port-blocked',
    how: 'isolated',
    from: 'web',
    to: db,
    names: 'isolated',
    fault: (s) => {
      for (const name of ['vethdb', 'vethweb'])
        linkOf(s, 'host', name).port = { state: 'forwarding', isolated: true };
    },
  },
  {
    cause: 'bridge-no-address',
    how: 'none',
    from: 'web',
    to: '198.51.100.7:80',
    names: '172.30.0.1',
    fault: (s) => {
      linkOf(s, 'host', 'br-app').addresses = [];
      namespaceOf(s, 'host').routes = namespaceOf(s, 'host').routes.filter(
        (route) => route.interface !== 'br-app',
      );
    },
  },
  {
    cause: 'arp-unanswered',
    how: 'nobody',
    from: 'web',
    to: '172.30.0.77:80',
    names: '172.30.0.77',
    fault: nothing,
  },
  {
    cause: 'arp-unanswered',
    how: 'NOARP',
    from: 'web',
    to: db,
    names: 'ARP',
    fault: (s) => {
      linkOf(s, 'db', 'eth0').flags.push('noarp');
    },
  },
  {
    cause: 'arp-stale',
    how: 'another MAC',
    from: 'web',
    to: db,
    names: '02:42:ac:1e:00:63',
    fault: (s) => {
      namespaceOf(s, 'web').neighbours.push({
        address: '172.30.0.2',
        mac: '02:42:ac:1e:00:63',
        interfaceIndex: 2,
        interface: 'eth0',
        state: 'PERMANENT',
        flags: [],
      });
    },
  },
  {
    cause: 'mtu-black-hole',
    how: 'a port of 1,000 octets',
    from: 'db',
    to: 'web:80',
    names: '1000',
    fault: (s) => {
      linkOf(s, 'host', 'vethweb').mtu = 1000;
    },
  },
  {
    cause: 'duplicate-address',
    how: 'two containers',
    from: 'web',
    to: db,
    names: '172.30.0.2 is on several interfaces of one segment',
    proof: 'eth0 02:42:ac:1f:00:02: 172.30.0.2',
    fix: 'nsenter -t 1003 -n ip address delete 172.30.0.2/24 dev eth0',
    fault: (s) => {
      sameAddress(s);
      linkOf(s, 'host', 'vethfar').master = 3;
    },
    // On another segment.
    near: sameAddress,
  },
];

describe('causes: links', () => findsEach(cases));
