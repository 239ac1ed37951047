import type { HostSnapshot, NamespaceState } from '../../snapshot/schema.ts';
import type { Bridge, Link, LinkEnd, TopologyNamespace } from '../model.ts';
import { field, nftObjects } from '../nft-dump.ts';
import type { System, SystemLink, SystemName } from './model.ts';

/** A namespace as the snapshot has it and as the topology has it. */
export interface Place {
  readonly state: NamespaceState;
  readonly namespace: TopologyNamespace;
}

/** What a recogniser looks at. */
export interface Scene {
  readonly snapshot: HostSnapshot;
  readonly places: readonly Place[];
  readonly host: Place | undefined;
  readonly bridges: readonly Bridge[];
  /** The same by the name of their namespace. */
  readonly bridgesByNamespace: ReadonlyMap<string, readonly Bridge[]>;
  /** The container that has this address; null where none or several have it. */
  containerAt(address: string): string | null;
  linkAt(end: LinkEnd | null): { readonly place: Place; readonly link: Link } | undefined;
}

export type Recogniser = (scene: Scene) => readonly System[];

export function sceneOf(
  snapshot: HostSnapshot,
  namespaces: readonly TopologyNamespace[],
  bridges: readonly Bridge[],
): Scene {
  const states = new Map(snapshot.namespaces.map((state) => [state.id, state]));
  const places = namespaces.flatMap((namespace): Place[] => {
    const state = states.get(namespace.id);
    return state === undefined ? [] : [{ state, namespace }];
  });
  const byId = new Map(places.map((place) => [place.namespace.id, place]));
  const owners = new Map<string, string | null>();
  for (const { namespace } of places) {
    const [container] = namespace.containers;
    if (container === undefined || namespace.kind === 'host') continue;
    for (const address of namespace.links.flatMap((link) => link.addresses)) {
      const bare = address.replace(/\/\d+$/, '');
      owners.set(bare, owners.has(bare) ? null : container.name);
    }
  }
  return {
    snapshot,
    places,
    host: places.find(({ state }) => state.host),
    bridges,
    bridgesByNamespace: groupByNamespace(bridges),
    containerAt: (address) => owners.get(address) ?? null,
    linkAt: (end) => {
      const place = end === null ? undefined : byId.get(end.namespace);
      const link = place?.namespace.links.find(({ index }) => index === end?.index);
      return place === undefined || link === undefined ? undefined : { place, link };
    },
  };
}

function groupByNamespace(bridges: readonly Bridge[]): ReadonlyMap<string, readonly Bridge[]> {
  const groups = new Map<string, Bridge[]>();
  for (const bridge of bridges) {
    const group = groups.get(bridge.namespace);
    if (group === undefined) groups.set(bridge.namespace, [bridge]);
    else group.push(bridge);
  }
  return groups;
}

/** A system with what was found of it; the rest is empty. */
export function found(
  system: SystemName,
  name: string,
  namespace: string,
  more: Partial<Omit<System, 'system' | 'name' | 'namespace'>>,
): System {
  return {
    system,
    name,
    namespace,
    evidence: [],
    links: [],
    containers: [],
    services: [],
    remotes: [],
    ways: [],
    ...more,
  };
}

export function linksOf({ namespace }: Place, wanted: (link: Link) => boolean): readonly SystemLink[] {
  return namespace.links
    .filter(wanted)
    .map(({ name, index }) => ({ namespace: namespace.name, name, index }));
}

/** Rules of the iptables dumps of a namespace, without counters: `-A DOCKER ...`. */
export function iptablesRules(state: NamespaceState): readonly string[] {
  return state.rulesets
    .filter(({ backend }) => backend !== 'nftables')
    .flatMap(({ text }) => (text ?? '').split('\n'))
    .map((line) => line.replace(/^\[\d+:\d+\] /, ''))
    .filter((line) => line.startsWith('-A '));
}

/** Names of the chains of the iptables dumps that begin like this. */
export function chainsLike(state: NamespaceState, pattern: RegExp): readonly string[] {
  const names = new Set<string>();
  for (const { backend, text } of state.rulesets) {
    if (backend === 'nftables' || text === undefined) continue;
    for (const [, name] of text.matchAll(/^:(\S+) /gm))
      if (name !== undefined && pattern.test(name)) names.add(name);
  }
  return [...names];
}

/** Tables of the nftables dumps by these names: `ip flannel-ipv4`. */
export function nftTables(state: NamespaceState, names: readonly string[]): readonly string[] {
  return state.rulesets.flatMap(({ backend, text }) => {
    // A dump may be long; most have no such table.
    if (backend !== 'nftables' || !names.some((name) => text?.includes(`"${name}"`))) return [];
    return nftObjects(text ?? '').flatMap((object) => {
      const table = field(object, 'table');
      const name = field(table, 'name');
      return typeof name === 'string' && names.includes(name)
        ? [`${String(field(table, 'family'))} ${name}`]
        : [];
    });
  });
}

/** The processes that hold a tun or tap open, where the snapshot has them: `flanneld`. */
export function holdersOf({ details }: Link): readonly string[] {
  const { processes } = details;
  if (!Array.isArray(processes)) return [];
  return processes.flatMap((process: unknown) => {
    const command = field(process, 'command');
    return typeof command === 'string' ? [command] : [];
  });
}

/**
 * Where the gateway of a route through an overlay's device is on the network below: its neighbour entry has a MAC address, whose
 * forwarding entry has the host. The gateway itself where they do not say.
 */
export function hostOfGateway(state: NamespaceState, gateway: string, device: number | undefined): string {
  const mac = state.neighbours.find(
    ({ address, interfaceIndex }) => address === gateway && interfaceIndex === device,
  )?.mac;
  const entry = state.fdb.find(
    (one) => one.interfaceIndex === device && one.mac === mac && one.destination !== undefined,
  );
  return entry?.destination ?? gateway;
}

/** A list for an evidence line, cut after a few. */
export function some(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

export function unique<Item>(items: Iterable<Item>): readonly Item[] {
  return [...new Set(items)];
}
