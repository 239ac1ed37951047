/** Which container an address belongs to, seen from a namespace: several segments may use the same addresses. */
import type { Link, Topology, TopologyNamespace } from './model.ts';

interface AddressOwner {
  /** The container's name; of several in one namespace, the one that owns it. */
  readonly container: string;
  /** The namespace's name and id. */
  readonly namespace: string;
  readonly namespaceId: string;
  readonly interface: string;
}

/** `near`: the id or name of the namespace that the packet was seen in. Undefined where no container has it, or several could. */
export type AddressLookup = (address: string, near?: string) => AddressOwner | undefined;

interface Holder {
  readonly namespace: TopologyNamespace;
  readonly link: Link;
}

export function addressLookup(topology: Topology): AddressLookup {
  const holders = new Map<string, Holder[]>();
  const segments = segmentsOf(topology);
  for (const namespace of topology.namespaces) {
    for (const link of namespace.links) {
      for (const cidr of link.addresses) {
        const address = cidr.replace(/\/\d+$/, '');
        const known = holders.get(address);
        if (known === undefined) holders.set(address, [{ namespace, link }]);
        else known.push({ namespace, link });
      }
    }
  }
  const idsByName = new Map(topology.namespaces.map(({ name, id }) => [name, id]));
  return (address, nearby) => {
    const near = nearby === undefined ? undefined : (idsByName.get(nearby) ?? nearby);
    const all = holders.get(address) ?? [];
    const here = all.filter(({ namespace }) => namespace.id === near);
    if (here[0] !== undefined) return ownerOf(here[0]);
    // A loopback address of another namespace is none that a packet seen here could have meant.
    if (/^(127\.|::1$)/.test(address)) return undefined;
    const seen = near === undefined ? undefined : segments.get(near);
    const close =
      seen === undefined ? [] : all.filter(({ namespace }) => meet(seen, segments.get(namespace.id)));
    return theOne(close.length > 0 ? close : all);
  };
}

function theOne(holders: readonly Holder[]): AddressOwner | undefined {
  const [first] = holders;
  if (first === undefined || holders.some(({ namespace }) => namespace !== first.namespace)) return undefined;
  return ownerOf(first);
}

function ownerOf({ namespace, link }: Holder): AddressOwner | undefined {
  const [container] = namespace.containers;
  // The addresses of the host are the host's, whatever runs in its namespace.
  if (container === undefined || namespace.kind === 'host') return undefined;
  return {
    container: container.name,
    namespace: namespace.name,
    namespaceId: namespace.id,
    interface: link.name,
  };
}

/** For each namespace id the namespaces and bridges that it is wired to directly. */
function segmentsOf(topology: Topology): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(topology.namespaces.map(({ name, id }) => [name, id]));
  const segments = new Map<string, Set<string>>();
  const join = (id: string, segment: string) => {
    const own = segments.get(id);
    if (own === undefined) segments.set(id, new Set([id, segment]));
    else own.add(segment);
  };
  for (const namespace of topology.namespaces) {
    for (const { peer, parent } of namespace.links) {
      if (peer !== null && peer.namespace !== namespace.id)
        join(namespace.id, `wire ${wire(namespace.id, peer.namespace)}`);
      if (parent !== null) {
        const lower = `${parent.namespace} ${parent.index}`;
        join(namespace.id, lower);
        join(parent.namespace, lower);
      }
    }
  }
  for (const bridge of topology.bridges) {
    const segment = `${byName.get(bridge.namespace) ?? ''} ${bridge.index}`;
    join(byName.get(bridge.namespace) ?? '', segment);
    for (const { peer } of bridge.members) {
      const id = peer === null ? undefined : byName.get(peer.namespace);
      if (id !== undefined) join(id, segment);
    }
  }
  return segments;
}

function wire(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function meet(a: ReadonlySet<string>, b: ReadonlySet<string> | undefined): boolean {
  if (b === undefined) return false;
  for (const segment of a) if (b.has(segment)) return true;
  return false;
}
