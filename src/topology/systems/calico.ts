/** Calico: routed veths without a bridge, and the way it takes to other nodes. */
import { remotesOf } from './docker-overlay.ts';
import type { SystemRemote } from './model.ts';
import {
  chainsLike,
  found,
  hostOfGateway,
  linksOf,
  type Place,
  type Recogniser,
  some,
  unique,
} from './scene.ts';

export const calico: Recogniser = ({ host, linkAt }) => {
  if (host === undefined) return [];
  const veths = host.namespace.links.filter(
    ({ name, kind }) => kind === 'veth' && /^cali[0-9a-f]{11}$/.test(name),
  );
  const chains = chainsLike(host.state, /^cali-/);
  if (veths.length === 0 && chains.length === 0) return [];
  const tunnel = host.namespace.links.find(
    ({ name, kind }) =>
      name === 'vxlan.calico' ||
      name === 'vxlan-v6.calico' ||
      /^wireguard\.cali|^wg-v6\.cali/.test(name) ||
      (name === 'tunl0' && kind === 'ipip'),
  );
  const routes = routesToHosts(host, tunnel?.index);
  const used =
    tunnel !== undefined && (tunnel.kind !== 'ipip' || routes.some(({ device }) => device === tunnel.name));
  const backend = !used ? 'bgp' : tunnel.kind === 'ipip' ? 'ipip' : tunnel.kind;
  const ends = veths.map((link) => ({ link, end: linkAt(link.peer) }));
  const gateways = ends.some(({ end }) =>
    end?.place.state.routes.some(({ gateway }) => gateway === '169.254.1.1'),
  );
  const blocks = host.state.routes
    .filter(({ type }) => type === 'blackhole')
    .map(({ destination }) => destination);
  return [
    found('calico', backend, host.namespace.name, {
      evidence: [
        ...(veths.length > 0
          ? [`${some(veths.map(({ name }) => name))} are veths of workloads, on no bridge`]
          : []),
        ...(gateways ? ['their default route is by 169.254.1.1, which the host answers for'] : []),
        ...(chains.length > 0 ? [`chains ${some(chains, 4)}`] : []),
        ...(used
          ? [
              `${tunnel.name} is ${tunnel.kind}${tunnel.kind === 'vxlan' ? ` ${String(tunnel.details.id)}` : ''} to other nodes`,
            ]
          : ['no tunnel is in use: other nodes are routed as they are']),
        ...blocks.map((block) => `this node's block of addresses is ${block}`),
      ],
      links: linksOf(host, (link) => veths.includes(link) || (used && link === tunnel)),
      containers: unique(
        ends.flatMap(({ end }) => end?.place.namespace.containers.map(({ name }) => name) ?? []),
      ),
      remotes: [
        ...(tunnel?.kind === 'vxlan' ? remotesOf(host, [tunnel]) : []),
        ...routes.map(({ remote }) => remote),
      ],
      ways: ends.flatMap(({ link, end }) =>
        end === undefined
          ? []
          : [
              [
                `${end.place.namespace.name}:${end.link.name}`,
                `${host.namespace.name}:${link.name}`,
                ...(used ? [`${host.namespace.name}:${tunnel.name}`] : []),
              ],
            ],
      ),
    }),
  ];
};

/**
 * Routes to other nodes' blocks: those that BIRD (BGP) or Felix (protocol 80) made, and those by the tunnel, to which Felix gives the
 * protocol of its devices (DeviceRouteProtocol: boot).
 */
function routesToHosts(
  { state }: Place,
  tunnel: number | undefined,
): readonly { remote: SystemRemote; device: string | undefined }[] {
  return state.routes
    .filter(
      ({ protocol, type, interfaceIndex }) =>
        type === 'unicast' &&
        (protocol === 'bird' || protocol === '80' || (tunnel !== undefined && interfaceIndex === tunnel)),
    )
    .flatMap(({ gateway, destination, interfaceIndex, interface: device }) => {
      if (gateway === undefined) return [];
      const at = hostOfGateway(state, gateway, interfaceIndex);
      return [{ remote: { host: at, behind: destination, by: 'route' as const }, device }];
    });
}
