import { type AddressLookup, addressLookup } from './address-owner.ts';
import { namespaceFinder } from './find-namespace.ts';
import type { Topology, TopologyNamespace } from './model.ts';
import { defaultInterfaces, type SelectedInterface, selectInterfaces } from './select-interfaces.ts';
import { findWayOut, type WayOut } from './way-out.ts';

/** Questions that other layers have about a topology; the tables are built once. */
export interface TopologyLookup {
  readonly topology: Topology;
  readonly host: TopologyNamespace | undefined;
  namespaceById(id: string): TopologyNamespace | undefined;
  /** By `host`, a container's name or id prefix, a bind mount's name, `pid:N` or `net:[INODE]`; undefined where none or several are meant. */
  namespaceByName(name: string): TopologyNamespace | undefined;
  /**
   * What the `-i` specs select, in order, each interface once; the default selection without specs.
   *
   * @throws NetscopeError (usage) for a spec that names nothing, with near matches.
   */
  resolveInterfaces(specs: readonly string[]): readonly SelectedInterface[];
  readonly containerOfAddress: AddressLookup;
  /** The way from the namespace with this id to the outside. */
  wayOut(namespace: string): WayOut;
}

export function createLookup(topology: Topology): TopologyLookup {
  const byId = new Map(topology.namespaces.map((namespace) => [namespace.id, namespace]));
  const findNamespace = namespaceFinder(topology);
  return {
    topology,
    host: topology.namespaces.find(({ kind }) => kind === 'host'),
    namespaceById: (id) => byId.get(id),
    namespaceByName: (name) => {
      const matches = findNamespace(name);
      return matches.found === 'one' ? matches.namespace : undefined;
    },
    resolveInterfaces: (specs) => {
      if (specs.length === 0) return defaultInterfaces(topology);
      const once = new Map<string, SelectedInterface>();
      for (const spec of specs) {
        for (const chosen of selectInterfaces(spec, topology, findNamespace)) {
          once.set(`${chosen.namespaceId} ${chosen.index}`, chosen);
        }
      }
      return [...once.values()];
    },
    containerOfAddress: addressLookup(topology),
    wayOut: (namespace) => findWayOut(topology, namespace),
  };
}
