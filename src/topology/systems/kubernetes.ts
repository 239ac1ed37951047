/** A Kubernetes node: pods, the CNI bridge, and the Services that kube-proxy keeps in iptables, nftables or IPVS. */
import { isPodSandbox, kubernetesPodOf } from '../naming.ts';
import { virtualServices } from './ipvs.ts';
import { iptablesServices } from './kube-proxy-iptables.ts';
import { nftablesProxy } from './kube-proxy-nftables.ts';
import type { SystemService } from './model.ts';
import {
  chainsLike,
  found,
  linksOf,
  type Place,
  type Recogniser,
  type Scene,
  some,
  unique,
} from './scene.ts';

export const kubernetes: Recogniser = (scene) => {
  const { host, snapshot } = scene;
  if (host === undefined) return [];
  const members = snapshot.containers.filter((container) => kubernetesPodOf(container) !== undefined);
  const pauses = snapshot.containers.filter(isPodSandbox);
  const pods = unique(members.flatMap((container) => kubernetesPodOf(container) ?? []));
  const chains = chainsLike(host.state, /^KUBE-/);
  const bridge = linksOf(host, ({ name, kind }) => name === 'cni0' && kind === 'bridge');
  const ipvs = linksOf(host, ({ name }) => name === 'kube-ipvs0');
  const nftables = nftablesProxy(host.state, scene);
  const evidence = [
    ...(pods.length > 0 ? [`pods ${some(pods)}`] : []),
    ...(pauses.length > 0
      ? [
          pauses.length === 1
            ? 'a pause container holds the namespace of a pod'
            : `pause containers hold the namespaces of ${pauses.length} pods`,
        ]
      : []),
    ...(bridge.length > 0 ? ['cni0 is the bridge of the pods on this node'] : []),
    ...(chains.length > 0 ? [`kube-proxy's chains ${some(chains, 4)}`] : []),
    ...nftables.evidence,
    ...(ipvs.length > 0 ? ['kube-ipvs0 holds the addresses of Services for IPVS'] : []),
  ];
  if (evidence.length === 0) return [];
  return [
    found('kubernetes', 'node', host.namespace.name, {
      evidence,
      links: [...bridge, ...ipvs],
      containers: members.map(({ name }) => name),
      services: [
        ...iptablesServices(host.state, scene),
        ...nftables.services,
        ...(ipvs.length > 0 ? ipvsServices(host, scene) : []),
      ],
    }),
  ];
};

function ipvsServices({ state }: Place, { containerAt }: Scene): readonly SystemService[] {
  return virtualServices(state.ipvs ?? '').map(({ servers, ...service }) => ({
    name: '',
    ...service,
    endpoints: servers.map(({ address, port }) => ({ address, port, container: containerAt(address) })),
  }));
}
