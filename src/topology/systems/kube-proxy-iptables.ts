/** The Services of kube-proxy's chains in iptables (pkg/proxy/iptables of Kubernetes): what each leads to. */
import type { NamespaceState } from '../../snapshot/schema.ts';
import type { SystemService } from './model.ts';
import { iptablesRules, type Scene } from './scene.ts';

/** KUBE-SERVICES and KUBE-NODEPORTS jump to KUBE-SVC, KUBE-SVL or KUBE-EXT, those to KUBE-SEP, which has the DNAT. */
export function iptablesServices(
  state: NamespaceState,
  { containerAt }: Pick<Scene, 'containerAt'>,
): readonly SystemService[] {
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
  return ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES']
    .flatMap((chain) => rules.get(chain) ?? [])
    .flatMap((rule) => {
      const chain = /-j (KUBE-(?:SVC|SVL|EXT|XLB|FW)-\S+)/.exec(rule)?.[1];
      const comment = /--comment "?([^"]*)"?/.exec(rule)?.[1] ?? '';
      // Those to whose Service nobody answers are in table filter, refused or dropped.
      if (chain === undefined && !/ has no (?:local )?endpoints$/.test(comment)) return [];
      const seen = new Set<string>();
      const endpoints = chain === undefined ? [] : endpointsOf(chain, 3);
      return [
        {
          ...ends(rule),
          name: comment.replace(
            / (?:(?:cluster|external|loadbalancer) IPs?|has no (?:local )?endpoints)$/,
            '',
          ),
          mark: null,
          endpoints: endpoints.filter(({ address, port }) => {
            const key = `${address} ${port}`;
            return !seen.has(key) && seen.add(key);
          }),
        },
      ];
    });
}

function ends(rule: string): Pick<SystemService, 'protocol' | 'address' | 'port'> {
  const port = /--dport (\d+)/.exec(rule)?.[1];
  return {
    protocol: /-p (\w+)/.exec(rule)?.[1] ?? '',
    address: /(?<!! )-d ([^/\s]+)/.exec(rule)?.[1] ?? null,
    port: port === undefined ? null : Number(port),
  };
}
