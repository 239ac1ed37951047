/**
 * OpenStack Neutron: routers and DHCP servers in namespaces of their own, and for each port of a virtual machine
 * the chain tap, qbr, qvb, qvo, br-int, or a tap on br-int or on a bridge of its trunk. Names end in the first 11 characters of the
 * port's id.
 */
import type { Link } from '../model.ts';
import type { System } from './model.ts';
import {
  chainsLike,
  found,
  holdersOf,
  iptablesRules,
  linksOf,
  type Place,
  type Recogniser,
  type Scene,
  some,
  unique,
} from './scene.ts';
import { type Switches, switchesOf, vlanOf } from './switches.ts';

export const neutron: Recogniser = (scene) => {
  const switches = scene.host === undefined ? undefined : switchesOf(scene, scene.host);
  return [...servers(scene, switches), ...ports(scene.host, switches)];
};

const roles: readonly (readonly [pattern: RegExp, role: string])[] = [
  [/^qrouter-/, 'router'],
  [/^qdhcp-/, 'DHCP server of network'],
  [/^snat-/, 'SNAT of router'],
  [/^fip-/, 'floating addresses of network'],
  [/^qlbaas-/, 'load balancer'],
  [/^ovnmeta-/, 'metadata server of network'],
];

/** What the interfaces in those namespaces are for, by the beginning of their names. */
const interfaces: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^qr-/, 'faces a tenant network'],
  [/^qg-/, 'is the gateway to the external network'],
  [/^ha-/, 'is for failover'],
  [/^sg-/, 'is for SNAT'],
  [/^rfp-|^fpr-/, 'joins the router and the floating addresses'],
  [/^fg-/, 'is the gateway of the floating addresses'],
  [/^tap|^ns-/, 'serves DHCP'],
];

function servers({ places, host }: Scene, switches: Switches | undefined): readonly System[] {
  return places.flatMap((place): System[] => {
    const { namespace, state } = place;
    const name = namespace.names.find((one) => roles.some(([pattern]) => pattern.test(one)));
    const role = roles.find(([pattern]) => name !== undefined && pattern.test(name));
    if (name === undefined || role === undefined) return [];
    const own = namespace.links.filter(({ kind }) => kind !== 'loopback');
    const floating = floatingAddresses(place);
    return [
      found('neutron', name, namespace.name, {
        evidence: [
          `${name} is the ${role[1]} ${name.slice(name.indexOf('-') + 1)}`,
          ...own.flatMap((link) => {
            const what = interfaces.find(([pattern]) => pattern.test(link.name))?.[1];
            const global = link.addresses.filter((address) => !address.startsWith('fe80:'));
            return what === undefined
              ? []
              : [`${link.name} ${global.join(' ')} ${what}${onSwitch(link.name, switches)}`];
          }),
          ...floating.map(
            ({ address, endpoints }) => `${address} is the floating address of ${endpoints[0]?.address}`,
          ),
          ...state.processes.map(({ command, pid }) => `process ${command} (${pid}) runs in it`),
        ],
        links: linksOf(place, ({ kind }) => kind !== 'loopback'),
        services: floating,
        ways:
          host === undefined || switches === undefined
            ? []
            : own.flatMap((link) =>
                beyond(link.name, host, switches).map((rest) => [`${namespace.name}:${link.name}`, ...rest]),
              ),
      }),
    ];
  });
}

/** Rules of the L3 agent: `-A neutron-l3-agent-PREROUTING -d 203.0.113.20/32 -j DNAT --to-destination 10.1.0.7`. */
function floatingAddresses({ state }: Place): System['services'] {
  return iptablesRules(state).flatMap((rule) => {
    const [, address, fixed] =
      /^-A neutron-l3-agent-PREROUTING -d ([0-9a-f.:]+)\/(?:32|128) (?:.* )?-j DNAT --to-destination (\S+)$/.exec(
        rule,
      ) ?? [];
    return address === undefined || fixed === undefined
      ? []
      : [
          {
            name: 'floating address',
            protocol: '',
            address,
            port: null,
            mark: null,
            endpoints: [{ address: fixed, port: null, container: null }],
          },
        ];
  });
}

/** `, on br-int in VLAN 1`, where the database of Open vSwitch has it. */
function onSwitch(link: string, switches: Switches | undefined): string {
  const on = switches?.portOf(link);
  if (on === undefined) return '';
  const vlan = vlanOf(on.port);
  return `, on ${on.bridge}${vlan === '' ? '' : ` in ${vlan}`}`;
}

/** From a link to its bridge and on, each as `host:<name>`. */
function beyond(link: string, { namespace }: Place, switches: Switches): readonly (readonly string[])[] {
  const bridge = switches.portOf(link)?.bridge;
  return bridge === undefined
    ? []
    : switches.waysFrom(bridge).map((way) => [bridge, ...way].map((name) => `${namespace.name}:${name}`));
}

const portId = /^(?:tap|qbr|qvb|qvo)([0-9a-f]{8}-[0-9a-f]{2})$/;

function ports(host: Place | undefined, switches: Switches | undefined): readonly System[] {
  if (host === undefined || switches === undefined) return [];
  // A tap alone is Neutron's where it is on a bridge of its agent; DHCP's taps are in other namespaces.
  const ids = unique(
    host.namespace.links.flatMap(({ name }) => {
      const id = portId.exec(name)?.[1];
      const bridge = switches.portOf(name)?.bridge ?? '';
      return id === undefined || (name.startsWith('tap') && !/^(br-int$|tbr-)/.test(bridge)) ? [] : [id];
    }),
  );
  return ids.map((id) => port(id, host, switches));
}

function port(id: string, host: Place, switches: Switches): System {
  const { namespace } = host;
  const named = (prefix: string) => namespace.links.find(({ name }) => name === `${prefix}${id}`);
  const [tap, qbr, qvb, qvo] = ['tap', 'qbr', 'qvb', 'qvo'].map(named);
  const last = qvo ?? tap;
  const joined = last === undefined ? undefined : switches.portOf(last.name)?.bridge;
  const integration = namespace.links.find(({ name }) => name === (joined ?? 'br-int'));
  const chain = [tap, qbr, qvb, qvo, integration].flatMap((link) => link ?? []);
  const tails = joined === undefined ? [[]] : switches.waysFrom(joined);
  const trunk = joined?.startsWith('tbr-') === true ? subports(joined, switches) : [];
  // Chains of a port have 10 characters of its id: a name of iptables has 28 at most.
  const security = chainsLike(host.state, new RegExp(`^neutron-[a-z]+-[ios]${id.slice(0, 10)}$`));
  return found('neutron', `port ${id}`, namespace.name, {
    evidence: [
      ...(tap !== undefined && tap.master !== null && tap.master.index === qbr?.index
        ? [`${tap.name} is a port of ${qbr.name}${heldBy(tap)}`]
        : []),
      ...(qvb !== undefined && qvb.master !== null && qvb.master.index === qbr?.index
        ? [`${qvb.name} is a port of ${qbr.name}`]
        : []),
      ...(qvb?.peer?.index !== undefined && qvb.peer.index === qvo?.index
        ? [`${qvb.name} and ${qvo.name} are one veth pair`]
        : []),
      ...(last === undefined || last.master === null
        ? []
        : [
            `${last.name} is a port of ${last.master.name}${onSwitch(last.name, switches)}${last === tap ? heldBy(tap) : ''}`,
          ]),
      ...trunk,
      ...(security.length > 0 ? [`security groups in chains ${some(security)}`] : []),
    ],
    links: linksOf(host, (link) => chain.includes(link)),
    ways: tails.map((tail) =>
      [...chain.map(({ name }) => name), ...tail].map((name) => `${namespace.name}:${name}`),
    ),
  });
}

function heldBy(tap: Link): string {
  const names = holdersOf(tap);
  return names.length === 0 ? '' : `, held by ${some(names)}`;
}

/** VLANs of a trunk's bridge, and those that they are on br-int: patch ports `spt-`, `spi-` (`tpt-`, `tpi-` for the untagged). */
function subports(bridge: string, { patches, bridges }: Switches): readonly string[] {
  return patches
    .filter((patch) => patch.bridge === bridge)
    .map(({ port: own, to }) => {
      const peer = own.interfaces[0]?.options.peer;
      const other = bridges
        .find(({ name }) => name === to)
        ?.ports.find(({ interfaces: [first] }) => first?.name === peer);
      return `${own.tag === undefined ? 'untagged frames' : `VLAN ${own.tag}`} of its trunk ${own.tag === undefined ? 'are' : 'is'} ${other === undefined ? 'unknown' : vlanOf(other)} of ${to}`;
    });
}
