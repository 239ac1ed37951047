/** Rules that a controller keeps: taken out by hand they come back, so they are mended where they come from. */
import type { RulePlace } from '../trouble.ts';

export interface Keeper {
  /** What follows the sentence that names the rule. */
  readonly because: string;
  readonly fix: readonly string[];
}

const policies = ['kubectl get networkpolicies --all-namespaces'];

/** By the chains that each makes. */
const keepers: readonly (readonly [chain: RegExp, keeper: Keeper])[] = [
  [
    /^KUBE-/,
    { because: ', which kube-proxy or the kubelet keeps', fix: ['kubectl get services --all-namespaces'] },
  ],
  [/^cali-/, { because: ", which Calico's Felix keeps for a policy", fix: policies }],
  [/^WEAVE-NPC/, { because: ", which Weave's policy controller keeps", fix: policies }],
  [
    /^neutron-/,
    { because: ', which Neutron keeps for a security group', fix: ['openstack security group rule list'] },
  ],
];

export function keeperOf({ backend, table, chain, text }: RulePlace): Keeper | undefined {
  const isProxys = backend === 'nftables' && table === 'kube-proxy';
  // Names of Kubernetes are those of DNS; what is not is no word for a command.
  const [, namespace, name] =
    / "([a-z0-9-]+)\/([a-z0-9-]+)(?::[a-z0-9-]+)? has no (?:local )?endpoints"/.exec(text) ?? [];
  if (chain.startsWith('KUBE-') && namespace !== undefined && name !== undefined) {
    return {
      because: `, which kube-proxy keeps while the Service ${namespace}/${name} has no endpoints`,
      fix: [`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`],
    };
  }
  if (isProxys && chain === 'reject-chain') {
    return {
      because: ', which kube-proxy keeps while a Service has no endpoints',
      fix: ['kubectl get endpointslices --all-namespaces'],
    };
  }
  if (isProxys) return keepers[0]?.[1];
  return keepers.find(([pattern]) => pattern.test(chain))?.[1];
}
