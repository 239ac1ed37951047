/** A Kubernetes node: pods, the CNI bridge, and the Services that kube-proxy keeps in iptables or IPVS. */
import { isPodSandbox, kubernetesPodOf } from '../naming.ts';
import { virtualServices } from './ipvs.ts';
import type { SystemService } from './model.ts';
import {
  chainsLike,
  found,
  iptablesRules,
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
  const pauses = snapshot.containers.filter((one) => isPodSandbox(one) && one.pod === undefined);
  const pods = unique(members.flatMap((container) => kubernetesPodOf(container) ?? []));
  const chains = chainsLike(host.state, /^KUBE-/);
  const bridge = linksOf(host, ({ name, kind }) => name === 'cni0' && kind === 'bridge');
  const ipvs = linksOf(host, ({ name }) => name === 'kube-ipvs0');
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
    ...(ipvs.length > 0 ? ['kube-ipvs0 holds the addresses of Services for IPVS'] : []),
  ];
  if (evidence.length === 0) return [];
  return [
    found('kubernetes', 'node', host.namespace.name, {
      evidence,
      links: [...bridge, ...ipvs],
      containers: members.map(({ name }) => name),
      services: [...iptablesServices(host, scene), ...(ipvs.length > 0 ? ipvsServices(host, scene) : [])],
    }),
  ];
};

/** Services to endpoints: KUBE-SERVICES and KUBE-NODEPORTS jump to KUBE-SVC or KUBE-EXT, those to KUBE-SEP, which has the DNAT. */
function iptablesServices({ state }: Place, { containerAt }: Scene): readonly SystemService[] {
  const rules = new Map<string, string[]>();
  for (const rule of iptablesRules(state)) {
    const chain = /^-A (KUBE-\S+)/.exec(rule)?.[1];
    if (chain === undefined) continue;
    const list = rules.get(chain);
    if (list === undefined) rules.set(chain, [rule]);
    else list.push(rule);
  }
  const endpointsOf = (chain: string, depth: number): SystemService['endpoints'] =>
    (rules.get(chain) ?? []).flatMap((rule) => {
      const to = /--to-destination (?:\[([0-9a-f:.]+)\]|([\d.]+))(?::(\d+))?/.exec(rule);
      const address = to?.[1] ?? to?.[2];
      if (address !== undefined) {
        return [
          { address, port: to?.[3] === undefined ? null : Number(to[3]), container: containerAt(address) },
        ];
      }
      const next = /-j (KUBE-(?:SVC|SVL|EXT|XLB|FW|SEP)-\S+)/.exec(rule)?.[1];
      // KUBE-EXT to KUBE-SVC or KUBE-SVL to KUBE-SEP is the longest way that kube-proxy writes.
      return next === undefined || depth === 0 ? [] : endpointsOf(next, depth - 1);
    });
  return [...(rules.get('KUBE-SERVICES') ?? []), ...(rules.get('KUBE-NODEPORTS') ?? [])].flatMap((rule) => {
    const chain = /-j (KUBE-(?:SVC|SVL|EXT|XLB|FW)-\S+)/.exec(rule)?.[1];
    if (chain === undefined) return [];
    const port = /--dport (\d+)/.exec(rule)?.[1];
    const seen = new Set<string>();
    return [
      {
        name: (/--comment "([^"]*)"/.exec(rule)?.[1] ?? '').replace(
          / (cluster|external|loadbalancer) IPs?$/,
          '',
        ),
        protocol: /-p (\w+)/.exec(rule)?.[1] ?? '',
        address: /(?<!! )-d ([^/\s]+)/.exec(rule)?.[1] ?? null,
        port: port === undefined ? null : Number(port),
        mark: null,
        endpoints: endpointsOf(chain, 3).filter(({ address, port: of }) => {
          const key = `${address} ${of}`;
          return !seen.has(key) && seen.add(key);
        }),
      },
    ];
  });
}

function ipvsServices({ state }: Place, { containerAt }: Scene): readonly SystemService[] {
  return virtualServices(state.ipvs ?? '').map(({ servers, ...service }) => ({
    name: '',
    ...service,
    endpoints: servers.map(({ address, port }) => ({ address, port, container: containerAt(address) })),
  }));
}
