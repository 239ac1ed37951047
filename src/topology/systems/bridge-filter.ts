/** What looks at frames that a bridge passes on: br_netfilter, which shows them to iptables, and rules of the bridge family (ebtables, nft). */
import type { NamespaceState } from '../../snapshot/schema.ts';
import { field, nftObjects } from '../nft-dump.ts';
import { found, type Recogniser, some } from './scene.ts';

const calls = [
  ['net.bridge.bridge-nf-call-iptables', 'IPv4 frames meet iptables'],
  ['net.bridge.bridge-nf-call-ip6tables', 'IPv6 frames meet ip6tables'],
  ['net.bridge.bridge-nf-call-arptables', 'ARP meets arptables'],
] as const;

/** `filter FORWARD: 3 rules`, of the tables of the family `bridge`; ebtables-nft writes such tables too. */
function bridgeChains({ rulesets }: NamespaceState): readonly string[] {
  const rules = new Map<string, number>();
  for (const { backend, text } of rulesets) {
    if (backend !== 'nftables' || text === undefined) continue;
    for (const object of nftObjects(text)) {
      const rule = field(object, 'rule');
      if (field(rule, 'family') !== 'bridge') continue;
      const chain = `${String(field(rule, 'table'))} ${String(field(rule, 'chain'))}`;
      rules.set(chain, (rules.get(chain) ?? 0) + 1);
    }
  }
  return [...rules].map(([chain, count]) => `${chain}: ${count} ${count === 1 ? 'rule' : 'rules'}`);
}

/** In namespaces that have a bridge: elsewhere there is no frame to look at. */
export const bridgeFilters: Recogniser = ({ places, bridgesByNamespace }) =>
  places.flatMap(({ state, namespace }) => {
    // A datapath of Open vSwitch is listed as a bridge, and its frames meet none of this.
    const kinds = new Map(namespace.links.map(({ index, kind }) => [index, kind]));
    const bridges = (bridgesByNamespace.get(namespace.name) ?? []).filter(
      ({ index }) => kinds.get(index) === 'bridge',
    );
    const links = bridges.map(({ name, index }) => ({ namespace: namespace.name, name, index }));
    if (links.length === 0) return [];
    const names = some(links.map(({ name }) => name));
    const called = calls.filter(([sysctl]) => state.sysctls[sysctl] === '1');
    const chains = bridgeChains(state);
    return [
      ...(called.length === 0
        ? []
        : [
            found('br-netfilter', 'br_netfilter', namespace.name, {
              evidence: called.map(([sysctl, what]) => `${sysctl} is 1: ${what} on ${names}`),
              links,
            }),
          ]),
      ...(chains.length === 0
        ? []
        : [
            found('bridge-rules', 'bridge family', namespace.name, {
              evidence: chains.map((chain) => `frames on ${names} meet table bridge ${chain}`),
              links,
            }),
          ]),
    ];
  });
