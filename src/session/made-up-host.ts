/** What a bare rule dump lacks for an evaluation: addresses and routes that the user gives. */
import { BlockList, isIP } from 'node:net';
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';

export interface GivenRoute {
  readonly prefix: string;
  readonly interface: string;
}

/** `PREFIX=IFACE`. */
export function parseGivenRoute(text: string): GivenRoute {
  const equals = text.lastIndexOf('=');
  const prefix = text.slice(0, equals);
  const device = text.slice(equals + 1);
  if (equals <= 0 || device === '' || !(prefix === 'default' || isPrefix(prefix))) {
    throw badInput(
      `use the route "${text}"`,
      'it is not PREFIX=IFACE',
      'write it as 172.17.0.0/16=docker0 or default=eth0',
    );
  }
  return { prefix, interface: device };
}

/**
 * `known` with the addresses and routes added. An address goes to the interface whose route covers it, with that
 * prefix length, as on a real host; else to the loopback interface. Forwarding is on where nothing says otherwise.
 */
export function withGiven(
  known: NamespaceState,
  locals: readonly string[],
  routes: readonly GivenRoute[],
  interfaces: readonly string[],
): NamespaceState {
  const names = ['lo', ...routes.map((route) => route.interface), ...interfaces];
  const addresses = new Map<string, string[]>();
  for (const local of locals) {
    const home = routes.find(({ prefix }) => prefix !== 'default' && covers(prefix, local));
    const cidr =
      home === undefined ? `${local}/${local.includes(':') ? 128 : 32}` : `${local}/${lengthOf(home.prefix)}`;
    const device = home?.interface ?? 'lo';
    addresses.set(device, [...(addresses.get(device) ?? []), cidr]);
  }
  const missing = [...new Set(names)].filter((name) => !known.links.some((link) => link.name === name));
  const firstIndex = 1 + Math.max(0, ...known.links.map(({ index }) => index));
  const made = missing.map((name, at) => madeUpLink(name, firstIndex + at));
  const links = [...known.links, ...made].map((link) => ({
    ...link,
    addresses: [
      ...link.addresses,
      ...(addresses.get(link.name) ?? []).map((cidr) => ({ cidr, scope: 'global', flags: [] })),
    ],
  }));
  const indexOf = new Map(links.map(({ name, index }) => [name, index]));
  return {
    ...known,
    links,
    routes: [
      ...known.routes,
      ...routes.flatMap(({ prefix, interface: device }) =>
        familiesOf(prefix).map((family) => ({
          family,
          destination: prefix,
          type: 'unicast',
          interface: device,
          interfaceIndex: indexOf.get(device) ?? 0,
          table: 254,
          metric: 0,
          protocol: 'static',
          scope: 'link',
          flags: [],
        })),
      ),
    ],
    sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1', ...known.sysctls },
  };
}

function madeUpLink(name: string, index: number): LinkState {
  const isLoopback = name === 'lo';
  return {
    index,
    name,
    kind: isLoopback ? 'loopback' : 'unknown',
    mac: '',
    mtu: 0,
    flags: ['up', 'lower_up'],
    operstate: 'UP',
    addresses: isLoopback
      ? ['127.0.0.1/8', '::1/128'].map((cidr) => ({ cidr, scope: 'host', flags: [] }))
      : [],
    details: {},
  };
}

function familiesOf(prefix: string): readonly ('ip' | 'ip6')[] {
  if (prefix === 'default') return ['ip', 'ip6'];
  return [prefix.includes(':') ? 'ip6' : 'ip'];
}

/** @throws NetscopeError (usage) unless it is an address without a prefix length. */
export function parseGivenAddress(text: string): string {
  if (isIP(text) === 0) {
    throw badInput(
      `use the address "${text}"`,
      'it is no IP address',
      'write it as 192.0.2.1 or 2001:db8::1',
    );
  }
  return text;
}

function isPrefix(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = isIP(address);
  return (
    family !== 0 && rest.length === 0 && /^\d+$/.test(length) && Number(length) <= (family === 4 ? 32 : 128)
  );
}

function lengthOf(prefix: string): number {
  return Number(prefix.split('/')[1]);
}

function covers(prefix: string, address: string): boolean {
  const list = new BlockList();
  const [network = ''] = prefix.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(network, lengthOf(prefix), family);
  return (isIP(address) === 6) === (family === 'ipv6') && list.check(address, family);
}

function badInput(tried: string, why: string, todo: string): NetscopeError {
  return new NetscopeError({ tried, why, todo, status: exitStatus.usage });
}
