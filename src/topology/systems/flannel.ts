/** Flannel: its backend by the device it makes, or by routes to other nodes' subnets where it makes none (host-gw). */
import type { RouteState } from '../../snapshot/schema.ts';
import type { Link } from '../model.ts';
import { remotesOf } from './docker-overlay.ts';
import type { SystemRemote } from './model.ts';
import {
  chainsLike,
  found,
  holdersOf,
  hostOfGateway,
  iptablesRules,
  linksOf,
  nftTables,
  type Place,
  type Recogniser,
  some,
  unique,
} from './scene.ts';

/** Device names of flannel's backends (pkg/backend of flannel-io/flannel). */
const backends: readonly (readonly [pattern: RegExp, backend: string])[] = [
  [/^flannel(-v6)?\.\d+$/, 'vxlan'],
  [/^flannel(-v6)?\.ipip$/, 'ipip'],
  [/^flannel-wg(-v6)?$/, 'wireguard'],
  [/^flannel\d+$/, 'udp'],
];

export const flannel: Recogniser = ({ host, bridges, linkAt }) => {
  if (host === undefined) return [];
  const { namespace, state } = host;
  const devices = namespace.links.flatMap((link) => {
    const backend = backends.find(([pattern]) => pattern.test(link.name))?.[1];
    return backend === undefined ? [] : [{ link, backend }];
  });
  const chains = chainsLike(state, /^FLANNEL-/);
  const tables = nftTables(state, ['flannel-ipv4', 'flannel-ipv6']);
  const masquerade = iptablesRules(state).filter((rule) => rule.includes('flanneld'));
  if (devices.length + chains.length + tables.length + masquerade.length === 0) return [];
  const indexes = new Set(devices.map(({ link }) => link.index));
  const routes = routesToHosts(host, indexes);
  const backend = devices[0]?.backend ?? 'host-gw';
  const bridge = bridges.find((one) => one.namespace === namespace.name && one.name === 'cni0');
  const ports = bridge?.members.flatMap(({ name, peer, containers }) =>
    peer === null ? [] : [{ name, peer, containers }],
  );
  const beyond = unique(routes.map(({ interfaceIndex }) => interfaceIndex)).flatMap((index) => {
    const link = namespace.links.find((one) => one.index === index);
    if (link === undefined) return [];
    const below = linkAt(link.parent);
    return [[link.name, ...(below === undefined ? [] : [below.link.name])]];
  });
  const at = (name: string) => `${namespace.name}:${name}`;
  return [
    found('flannel', backend, namespace.name, {
      evidence: [
        ...devices.map(({ link }) => deviceEvidence(link, backend)),
        ...routes
          .filter(({ gateway }) => gateway === undefined)
          .map(
            ({ destination, interface: device }) =>
              `${destination} is routed to ${device}: which node has which part of it, flanneld alone knows`,
          ),
        ...(chains.length > 0 ? [`chains ${chains.join(', ')}`] : masquerade.slice(0, 1)),
        ...tables.map((table) => `nftables table ${table}`),
        ...(devices.length === 0
          ? ['no device of its own: the subnets of other nodes are routed by their addresses']
          : []),
      ],
      links: linksOf(host, ({ index, name }) => indexes.has(index) || name === 'cni0'),
      containers: unique((ports ?? []).flatMap(({ containers }) => containers)),
      remotes: [
        ...remotesOf(
          host,
          devices.map(({ link }) => link),
        ),
        ...routes.flatMap(({ gateway, destination, interfaceIndex }): SystemRemote[] =>
          gateway === undefined
            ? []
            : [{ host: hostOfGateway(state, gateway, interfaceIndex), behind: destination, by: 'route' }],
        ),
      ],
      ways: (ports ?? []).flatMap(({ name, peer }) =>
        (beyond.length === 0 ? [[]] : beyond).map((devices) => [
          `${peer.namespace}:${peer.name}`,
          ...[name, 'cni0', ...devices].map(at),
        ]),
      ),
    }),
  ];
};

function deviceEvidence(link: Link, backend: string): string {
  const holders = holdersOf(link);
  const held = holders.length === 0 ? '' : `, held by ${some(holders)}`;
  return link.kind === 'vxlan'
    ? `${link.name} is VXLAN ${String(link.details.id)} on port ${String(link.details.port)}`
    : `${link.name} is ${link.kind}, the device of backend ${backend}${held}`;
}

/** Routes to other nodes' subnets: by the device, or without one by a gateway for a prefix of a cluster. */
function routesToHosts({ state }: Place, devices: ReadonlySet<number>): readonly RouteState[] {
  const onBridge = state.links.find(({ name }) => name === 'cni0')?.index;
  return state.routes
    .filter(
      ({ destination, type, table }) => destination !== 'default' && type === 'unicast' && table === 254,
    )
    .filter(({ interfaceIndex, gateway, protocol }) =>
      devices.size > 0
        ? interfaceIndex !== undefined && devices.has(interfaceIndex) && protocol !== 'kernel'
        : gateway !== undefined && interfaceIndex !== onBridge,
    );
}
