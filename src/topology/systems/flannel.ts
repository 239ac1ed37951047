/** Flannel: its backend by the device it makes, or by routes to other nodes' subnets where it makes none (host-gw). */
import { remotesOf } from './docker-overlay.ts';
import type { SystemRemote } from './model.ts';
import { chainsLike, found, iptablesRules, linksOf, type Place, type Recogniser } from './scene.ts';

/** Device names of flannel's backends (pkg/backend of flannel-io/flannel). */
const backends: readonly (readonly [pattern: RegExp, backend: string])[] = [
  [/^flannel(-v6)?\.\d+$/, 'vxlan'],
  [/^flannel(-v6)?\.ipip$/, 'ipip'],
  [/^flannel-wg(-v6)?$/, 'wireguard'],
  [/^flannel\d+$/, 'udp'],
];

export const flannel: Recogniser = ({ host }) => {
  if (host === undefined) return [];
  const devices = host.namespace.links.flatMap((link) => {
    const backend = backends.find(([pattern]) => pattern.test(link.name))?.[1];
    return backend === undefined ? [] : [{ link, backend }];
  });
  const chains = chainsLike(host.state, /^FLANNEL-/);
  const masquerade = iptablesRules(host.state).filter((rule) => rule.includes('flanneld'));
  if (devices.length === 0 && chains.length === 0 && masquerade.length === 0) return [];
  const indexes = new Set(devices.map(({ link }) => link.index));
  const routes = routesToHosts(host, indexes);
  const backend = devices[0]?.backend ?? 'host-gw';
  return [
    found('flannel', backend, host.namespace.name, {
      evidence: [
        ...devices.map(({ link }) =>
          link.kind === 'vxlan'
            ? `${link.name} is VXLAN ${String(link.details.id)} on port ${String(link.details.port)}`
            : `${link.name} is ${link.kind}, the device of backend ${backend}`,
        ),
        ...(chains.length > 0 ? [`chains ${chains.join(', ')}`] : masquerade.slice(0, 1)),
        ...(devices.length === 0
          ? ['no device of its own: the subnets of other nodes are routed by their addresses']
          : []),
      ],
      links: linksOf(host, ({ index, name }) => indexes.has(index) || name === 'cni0'),
      remotes: [
        ...remotesOf(
          host,
          devices.map(({ link }) => link),
        ),
        ...routes,
      ],
    }),
  ];
};

/** Routes to other nodes' subnets: by the device, or without one by a gateway for a prefix of a cluster. */
function routesToHosts({ state }: Place, devices: ReadonlySet<number>): readonly SystemRemote[] {
  const onBridge = state.links.find(({ name }) => name === 'cni0')?.index;
  return state.routes
    .filter(
      ({ destination, gateway, type }) =>
        gateway !== undefined && destination !== 'default' && type === 'unicast',
    )
    .filter(({ interfaceIndex }) =>
      devices.size > 0
        ? interfaceIndex !== undefined && devices.has(interfaceIndex)
        : interfaceIndex !== onBridge,
    )
    .map(({ destination, gateway }) => ({ host: gateway ?? '', behind: destination, by: 'route' }));
}
