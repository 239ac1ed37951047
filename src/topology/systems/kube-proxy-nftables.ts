/** The Services of kube-proxy's nftables table (pkg/proxy/nftables of Kubernetes): verdict maps lead to chains, those to DNAT. */
import type { NamespaceState } from '../../snapshot/schema.ts';
import { field, list, nftObjects } from '../nft-dump.ts';
import type { SystemService } from './model.ts';
import type { Scene } from './scene.ts';

const table = 'kube-proxy';

export interface NftablesProxy {
  /** `table ip kube-proxy: 4 chains of Services`: one for each family that has the table. */
  readonly evidence: readonly string[];
  readonly services: readonly SystemService[];
}

interface Chain {
  readonly endpoints: { address: string; port: number | null }[];
  readonly next: string[];
}

export function nftablesProxy(
  { rulesets }: NamespaceState,
  { containerAt }: Pick<Scene, 'containerAt'>,
): NftablesProxy {
  const evidence: string[] = [];
  const services: SystemService[] = [];
  for (const { backend, text } of rulesets) {
    // A dump may be long; most have no such table.
    if (backend !== 'nftables' || text === undefined || !text.includes(`"${table}"`)) continue;
    const objects = nftObjects(text);
    for (const family of ['ip', 'ip6']) {
      const own = (kind: string) =>
        objects.flatMap((object) => {
          const it = field(object, kind);
          return field(it, 'family') === family && field(it, 'table') === table ? [it] : [];
        });
      const chains = chainsOf(own('rule'));
      const names = [...chains.keys()].filter((name) => name.startsWith('service-'));
      if (chains.size > 0)
        evidence.push(
          `kube-proxy's nftables table ${family} ${table}, with ${names.length} chains of Services`,
        );
      for (const map of own('map')) {
        for (const element of list(field(map, 'elem')))
          services.push(...serviceOf(String(field(map, 'name')), element, chains, containerAt));
      }
    }
  }
  return { evidence, services };
}

function chainsOf(rules: readonly unknown[]): ReadonlyMap<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const rule of rules) {
    const name = String(field(rule, 'chain'));
    const chain = chains.get(name) ?? { endpoints: [], next: [] };
    chains.set(name, chain);
    for (const statement of list(field(rule, 'expr'))) {
      const dnat = field(statement, 'dnat');
      const address = field(dnat, 'addr');
      const port = field(dnat, 'port');
      if (typeof address === 'string')
        chain.endpoints.push({ address, port: typeof port === 'number' ? port : null });
      const verdicts = list(field(field(field(statement, 'vmap'), 'data'), 'set')).map(
        (pair) => list(pair)[1],
      );
      for (const verdict of [statement, ...verdicts]) {
        const target = targetOf(verdict);
        if (target !== undefined) chain.next.push(target);
      }
    }
  }
  return chains;
}

function targetOf(verdict: unknown): string | undefined {
  const target = field(field(verdict, 'goto') ?? field(verdict, 'jump'), 'target');
  return typeof target === 'string' ? target : undefined;
}

/** One element of a map: `10.96.0.10 . tcp . 53 : goto service-...`; those of ports have no address. */
function serviceOf(
  map: string,
  element: unknown,
  chains: ReadonlyMap<string, Chain>,
  containerAt: Scene['containerAt'],
): readonly SystemService[] {
  if (!/^(service|no-endpoint)-/.test(map)) return [];
  const [left, verdict] = list(element);
  const inner = field(left, 'elem');
  const key = list(field(inner === undefined ? left : field(inner, 'val'), 'concat'));
  const [protocol, address] = key.filter((part) => typeof part === 'string').reverse();
  const port = key.find((part) => typeof part === 'number');
  const target = targetOf(verdict);
  if (protocol === undefined || target === undefined) return [];
  // <kind>-<hash>-<namespace>/<name>/<protocol>/<port's name>
  const [, owner, portName = ''] = /^[a-z]+-[A-Z0-9]+-([^/]+\/[^/]+)\/[^/]+\/(.*)$/.exec(target) ?? [];
  const comment = field(inner, 'comment');
  const named = owner === undefined ? undefined : portName === '' ? owner : `${owner}:${portName}`;
  return [
    {
      name: named ?? (typeof comment === 'string' ? comment : ''),
      protocol,
      address: address ?? null,
      port: typeof port === 'number' ? port : null,
      mark: null,
      endpoints: endpointsOf(target, chains).map((end) => ({ ...end, container: containerAt(end.address) })),
    },
  ];
}

function endpointsOf(from: string, chains: ReadonlyMap<string, Chain>): Chain['endpoints'] {
  const seen = new Set<string>([from]);
  const ends = new Map<string, Chain['endpoints'][number]>();
  // A set goes on through what is added to it meanwhile.
  for (const name of seen) {
    const chain = chains.get(name);
    for (const end of chain?.endpoints ?? []) ends.set(`${end.address} ${end.port}`, end);
    for (const next of chain?.next ?? []) seen.add(next);
  }
  return [...ends.values()];
}
