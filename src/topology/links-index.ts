import type { HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';

/** Finds namespaces and links of a snapshot by the numbers that the kernel uses for them. */
export interface LinksIndex {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  /** The link with this ifindex in the namespace with this id. */
  linkAt(namespace: string, index: number): LinkState | undefined;
  /** The namespace that `nsid` means inside `namespace` (RTM_GETNSID), undefined where it was not told. */
  namespaceOfNsid(namespace: string, nsid: number): string | undefined;
  /** The id that `namespace` has for `other`, undefined where it was not told. */
  nsidOf(namespace: string, other: string): number | undefined;
}

interface Tables {
  readonly links: ReadonlyMap<number, LinkState>;
  readonly byNsid: ReadonlyMap<number, string>;
  readonly byNamespace: ReadonlyMap<string, number>;
}

export function indexLinks(snapshot: HostSnapshot): LinksIndex {
  const namespaces = new Map<string, NamespaceState>();
  const tables = new Map<string, Tables>();
  for (const namespace of snapshot.namespaces) {
    namespaces.set(namespace.id, namespace);
    tables.set(namespace.id, {
      links: new Map(namespace.links.map((link) => [link.index, link])),
      byNsid: new Map(namespace.nsids.map((entry) => [entry.nsid, entry.namespace])),
      byNamespace: new Map(namespace.nsids.map((entry) => [entry.namespace, entry.nsid])),
    });
  }
  return {
    namespaces,
    linkAt: (namespace, index) => tables.get(namespace)?.links.get(index),
    namespaceOfNsid: (namespace, nsid) => tables.get(namespace)?.byNsid.get(nsid),
    nsidOf: (namespace, other) => tables.get(namespace)?.byNamespace.get(other),
  };
}

/** Why the links of a namespace are not known; undefined where they are. */
export function whyUnread(namespace: NamespaceState | undefined): string | undefined {
  return namespace?.links.length === 0 ? namespace.unreadable[0] : undefined;
}
