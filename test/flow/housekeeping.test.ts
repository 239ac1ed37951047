import { describe, expect, it } from 'vitest';
import { isHousekeeping } from '../../src/flow/housekeeping.ts';
import type { Flow } from '../../src/flow/model.ts';

function flow(protocol: string, source: string, destination: string): Flow {
  return {
    ...{ id: 1, connection: 1, interface: null, interfaceId: 0, protocol, vlans: [], tunnels: [] },
    source: { address: source, port: null, container: null },
    destination: { address: destination, port: null, container: null },
    ...{ packets: { forward: 1, reverse: 0 }, bytes: { forward: 60, reverse: 0 } },
    ...{ firstSeen: '', lastSeen: '', duration: 0, state: 'active', application: null, tcp: null, notes: [] },
  };
}

describe('housekeeping is', () => {
  it.each([
    ['a router solicitation', 'icmp6', 'fe80::42:acff:fe11:2', 'ff02::2'],
    ['an MLD report of a host without an address', 'icmp6', '::', 'ff02::16'],
    ['a neighbour advertisement', 'icmp6', 'fe80::1', 'fe80::2'],
    ['mDNS', 'udp', '172.17.0.1', '224.0.0.251'],
    ['mDNS over IPv6', 'udp', 'fe80::1', 'ff02::fb'],
    ['SSDP', 'udp', '192.168.1.7', '239.255.255.250'],
    ['IGMP', '2', '172.17.0.2', '224.0.0.22'],
    ['a DHCP discover', 'udp', '0.0.0.0', '255.255.255.255'],
    ['the answer of a DHCPv6 server', 'udp', 'fe80::1', 'fe80::2'],
  ])('%s', (_, protocol, source, destination) => {
    expect(isHousekeeping(flow(protocol, source, destination))).toBe(true);
  });
});

describe('housekeeping is not', () => {
  it.each([
    ['a connection', 'tcp', '172.17.0.2', '172.17.0.3'],
    ['a connection between link-local addresses', 'tcp', 'fe80::1', 'fe80::2'],
    ['a question to the metadata service', 'udp', '172.17.0.2', '169.254.169.254'],
    ['a DNS query', 'udp', 'fd00::2', 'fd00::53'],
    ['a ping', 'icmp', '172.17.0.2', '198.51.100.7'],
    ['a destination that begins like a multicast prefix', 'udp', '10.0.0.1', '22.4.0.1'],
    ['what comes from outside to a link-local address', 'udp', 'fd00::1', 'fe80::2'],
  ])('%s', (_, protocol, source, destination) => {
    expect(isHousekeeping(flow(protocol, source, destination))).toBe(false);
  });
});
