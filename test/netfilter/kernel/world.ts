/** The router of lab.py as a snapshot would describe it. */
import { type ConntrackEntry, type NamespaceState, snapshotSchema } from '../../../src/snapshot/schema.ts';

export const portMac = { C1: '02:00:00:00:03:11', C2: '02:00:00:00:03:12' } as const;

interface Settings {
  readonly bridgeNf: boolean;
  readonly routeLocalnet?: boolean;
}

const links = [
  ['lo', 1, 'loopback', ['127.0.0.1/8', '::1/128']],
  ['br0', 2, 'bridge', ['10.3.0.1/24', 'fd00:3::1/64']],
  ['ra', 3, 'veth', ['10.1.0.1/24', 'fd00:1::1/64']],
  ['rb', 4, 'veth', ['10.2.0.1/24', '10.2.0.99/24', 'fd00:2::1/64']],
  ['p1', 5, 'veth', []],
  ['p2', 6, 'veth', []],
] as const;

const routes = [
  ['ip', '10.1.0.0/24', 'ra', null, 254],
  ['ip', '10.2.0.0/24', 'rb', null, 254],
  ['ip', '10.3.0.0/24', 'br0', null, 254],
  ['ip', '10.20.0.0/16', 'ra', '10.1.0.3', 254],
  ['ip', 'default', 'rb', '10.2.0.254', 254],
  ['ip', 'default', 'ra', '10.1.0.3', 77],
  ['ip6', 'fd00:1::/64', 'ra', null, 254],
  ['ip6', 'fd00:2::/64', 'rb', null, 254],
  ['ip6', 'fd00:3::/64', 'br0', null, 254],
  ['ip6', 'fd00:20::/64', 'ra', 'fd00:1::3', 254],
  ['ip6', 'default', 'rb', 'fd00:2::254', 254],
  ['ip6', 'default', 'ra', 'fd00:1::3', 77],
] as const;

export function router(settings: Settings): NamespaceState {
  const rules = (['ip', 'ip6'] as const).flatMap((family) => [
    { family, priority: 0, table: 255 },
    { family, priority: 32765, mark: 0x77, markMask: 0xffffffff, table: 77 },
    { family, priority: 32766, table: 254 },
    { family, priority: 32767, table: 253 },
  ]);
  const call = settings.bridgeNf ? '1' : '0';
  const snapshot = snapshotSchema.parse({
    schema: 'netscope.snapshot/1',
    takenAt: '2026-01-01T00:00:00Z',
    host: { hostname: 'r', kernel: '' },
    namespaces: [
      {
        id: 'net:[1]',
        links: links.map(([name, index, kind, addresses]) => ({
          name,
          index,
          kind,
          ...(name.startsWith('p') ? { master: 2, port: { hairpin: false } } : {}),
          addresses: addresses.map((cidr) => ({
            cidr,
            scope: name === 'lo' ? 'host' : 'global',
            flags: cidr === '10.2.0.99/24' ? ['secondary'] : [],
          })),
        })),
        routes: [
          ...routes.map(([family, destination, name, gateway, table]) => ({
            family,
            destination,
            interface: name,
            ...(gateway === null ? {} : { gateway }),
            table,
          })),
          { family: 'ip', destination: '10.9.0.0/16', type: 'blackhole' },
        ],
        policyRules: rules,
        neighbours: [2, 3, 5, 7, 11, 12].flatMap((last) =>
          [`10.3.0.${last}`, `fd00:3::${last}`].map((address) => ({
            address,
            mac: last === 12 ? portMac.C2 : portMac.C1,
            interface: 'br0',
            interfaceIndex: 2,
            state: 'PERMANENT',
          })),
        ),
        fdb: [
          { mac: portMac.C1, interface: 'p1', interfaceIndex: 5, master: 2 },
          { mac: portMac.C2, interface: 'p2', interfaceIndex: 6, master: 2 },
        ],
        sysctls: {
          'net.ipv4.ip_forward': '1',
          'net.ipv6.conf.all.forwarding': '1',
          'net.bridge.bridge-nf-call-iptables': call,
          'net.bridge.bridge-nf-call-ip6tables': call,
          'net.ipv4.conf.all.route_localnet': settings.routeLocalnet === true ? '1' : '0',
        },
      },
    ],
  });
  const [namespace] = snapshot.namespaces;
  if (namespace === undefined) throw new Error('no namespace');
  return namespace;
}

/** A line of /proc/net/nf_conntrack. */
export function conntrackOf(line: string): ConntrackEntry {
  const [kind = '', , , number = '0', timeout = '0'] = line.split(/\s+/);
  const values = (name: string) =>
    [...line.matchAll(new RegExp(`\\b${name}=(\\S+)`, 'g'))].map((match) => match[1] ?? '');
  const tuple = (index: number) => ({
    source: shorten(values('src')[index] ?? ''),
    destination: shorten(values('dst')[index] ?? ''),
    ...(values('sport')[index] === undefined ? {} : { sourcePort: Number(values('sport')[index]) }),
    ...(values('dport')[index] === undefined ? {} : { destinationPort: Number(values('dport')[index]) }),
    ...(values('type')[index] === undefined
      ? {}
      : {
          icmpType: Number(values('type')[index]),
          icmpCode: Number(values('code')[index]),
          icmpId: Number(values('id')[index]),
        }),
  });
  const status = ['confirmed', line.includes('[UNREPLIED]') ? 'unreplied' : 'seen_reply'];
  if (line.includes('[ASSURED]')) status.push('assured');
  const state = /\s([A-Z_]{4,})\s/.exec(line)?.[1];
  return {
    family: kind === 'ipv4' ? 'ip' : 'ip6',
    protocol: Number(number),
    original: tuple(0),
    reply: tuple(1),
    ...(state === undefined ? {} : { state }),
    timeout: Number(timeout),
    mark: Number(values('mark')[0] ?? 0),
    status,
  };
}

/** The kernel writes IPv6 addresses in full. */
function shorten(text: string): string {
  if (!text.includes(':')) return text;
  const hosts = new URL(`http://[${text}]/`).hostname;
  return hosts.slice(1, -1);
}
