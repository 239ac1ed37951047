/** The host as diagnosis asks about it: namespaces, owners of addresses, bridges of networks, rules made ready. */
import { formatAddress, type Words } from '../netfilter/address.ts';
import { createEvaluator, type Evaluator } from '../netfilter/evaluate.ts';
import type { RuleTable } from '../netfilter/nftables/table.ts';
import { RulesetCache } from '../netfilter/rulesets.ts';
import type {
  Container,
  EngineNetwork,
  HostSnapshot,
  LinkState,
  NamespaceState,
} from '../snapshot/schema.ts';
import { bridgeOfNetwork } from '../topology/bridge-networks.ts';
import type { TopologyLookup } from '../topology/lookup.ts';
import type { LinkEnd } from '../topology/model.ts';

/** A link of a namespace. */
export interface Place {
  readonly namespace: NamespaceState;
  readonly link: LinkState;
}

export class Scene {
  readonly snapshot: HostSnapshot;
  readonly lookup: TopologyLookup;
  readonly host: NamespaceState | undefined;
  readonly #cache = new RulesetCache();
  readonly #tables = new Map<string, readonly RuleTable[]>();
  readonly #evaluators = new Map<string, Evaluator>();
  readonly #byId: ReadonlyMap<string, NamespaceState>;

  constructor(snapshot: HostSnapshot, lookup: TopologyLookup) {
    this.snapshot = snapshot;
    this.lookup = lookup;
    this.#byId = new Map(snapshot.namespaces.map((namespace) => [namespace.id, namespace]));
    this.host = snapshot.namespaces.find(({ host }) => host);
  }

  namespace(id: string): NamespaceState | undefined {
    return this.#byId.get(id);
  }

  /** The name that people know a namespace by. */
  nameOf({ id }: Pick<NamespaceState, 'id'>): string {
    return this.lookup.namespaceById(id)?.name ?? id;
  }

  namespaceNamed(name: string): NamespaceState | undefined {
    return this.snapshot.namespaces.find((namespace) => this.nameOf(namespace) === name);
  }

  tables(namespace: NamespaceState): readonly RuleTable[] {
    let tables = this.#tables.get(namespace.id);
    if (tables === undefined) {
      tables = this.#cache.tables(namespace);
      this.#tables.set(namespace.id, tables);
    }
    return tables;
  }

  evaluator(namespace: NamespaceState): Evaluator {
    let evaluator = this.#evaluators.get(namespace.id);
    if (evaluator === undefined) {
      evaluator = createEvaluator(namespace, this.tables(namespace), this.nameOf(namespace));
      this.#evaluators.set(namespace.id, evaluator);
    }
    return evaluator;
  }

  container(name: string): Container | undefined {
    const { containers } = this.snapshot;
    const exact = containers.find((one) => one.name === name);
    if (exact !== undefined) return exact;
    const byId = /^[0-9a-f]{4,64}$/.test(name) ? containers.filter(({ id }) => id.startsWith(name)) : [];
    return byId.length === 1 ? byId[0] : undefined;
  }

  /** The containers that live in a namespace. */
  containersIn({ id }: Pick<NamespaceState, 'id'>): readonly Container[] {
    return this.snapshot.containers.filter((one) => one.namespace === id);
  }

  network(name: string): EngineNetwork | undefined {
    return this.snapshot.networks.find((one) => one.name === name || one.id === name);
  }

  /** Whether containers of the network know each other by name: not on the engines' default networks. */
  hasNames(network: string): boolean {
    return this.network(network)?.names ?? network !== 'bridge';
  }

  /** The bridge that an engine's network has on the host. */
  bridgeName(network: EngineNetwork): string | null {
    return network.driver === 'bridge' ? bridgeOfNetwork(network) : null;
  }

  networkOfBridge(name: string): EngineNetwork | undefined {
    return this.snapshot.networks.find((network) => this.bridgeName(network) === name);
  }

  link(namespace: NamespaceState, index: number | undefined): LinkState | undefined {
    return index === undefined ? undefined : namespace.links.find((link) => link.index === index);
  }

  linkNamed(namespace: NamespaceState, name: string): LinkState | undefined {
    return namespace.links.find((link) => link.name === name);
  }

  /** The other end of a veth, where the kernel says. */
  peer({ namespace, link }: Place): Place | null {
    return this.#at(this.#topologyLink(namespace, link)?.peer ?? null);
  }

  /** The lower device. */
  parent({ namespace, link }: Place): Place | null {
    return this.#at(this.#topologyLink(namespace, link)?.parent ?? null);
  }

  #topologyLink(namespace: NamespaceState, link: LinkState) {
    return this.lookup.namespaceById(namespace.id)?.links.find(({ index }) => index === link.index);
  }

  #at(end: LinkEnd | null): Place | null {
    const namespace = end === null ? undefined : this.#byId.get(end.namespace);
    const link = namespace?.links.find(({ index }) => index === end?.index);
    return namespace === undefined || link === undefined ? null : { namespace, link };
  }

  /** Every link of the host that has this address. */
  owners(address: string): readonly Place[] {
    const places: Place[] = [];
    for (const namespace of this.snapshot.namespaces) {
      for (const link of namespace.links) {
        if (link.addresses.some(({ cidr }) => plain(cidr) === address)) places.push({ namespace, link });
      }
    }
    return places;
  }
}

export function plain(cidr: string): string {
  const slash = cidr.indexOf('/');
  return slash === -1 ? cidr : cidr.slice(0, slash);
}

export function isUp({ flags }: LinkState): boolean {
  return flags.includes('up');
}

/** The client's port of packets that were never sent, of the range that the kernel picks from. */
export const madeUpPort = 45678;

/** An end of a packet that the state alone was asked about: without the port where there is none, or it was made up. */
export function packetEnd(address: Words, port: number | null): string {
  return endText(formatAddress(address), port === -1 || port === madeUpPort ? null : port);
}

/** `address:port`, IPv6 as `[address]:port`. */
export function endText(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
