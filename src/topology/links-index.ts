import type { HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';

/** Finds namespaces and links of a snapshot by the numbers that the kernel uses for them. */
export interface LinksIndex {
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
  /** The link with this ifindex in the namespace with this id. */
  linkAt(namespace: string, index: number): LinkState | undefined;
  /** The namespace that `nsid` means inside `namespace` (RTM_GETNSID), undefined where it was not told. */
  namespaceOfNsid(namespace: string, nsid: number): string | undefined;
  /** The links of the device at this PCI address, wherever they were moved. */
  linksOfDevice(address: string): readonly DeviceLink[];
  /** The id that `namespace` has for `other`, undefined where it was not told. */
  nsidOf(namespace: string, other: string): number | undefined;
}

export interface DeviceLink {
  readonly namespace: string;
  readonly link: LinkState;
}

interface Tables {
  readonly links: ReadonlyMap<number, LinkState>;
  readonly byNsid: ReadonlyMap<number, string>;
  readonly byNamespace: ReadonlyMap<string, number>;
}

export function indexLinks(snapshot: HostSnapshot): LinksIndex {
  const namespaces = new Map<string, NamespaceState>();
  const tables = new Map<string, Tables>();
  const devices = new Map<string, DeviceLink[]>();
  for (const namespace of snapshot.namespaces) {
    namespaces.set(namespace.id, namespace);
    for (const link of namespace.links) {
      const { parentdev } = link.details;
      if (typeof parentdev !== 'string') continue;
      devices.set(parentdev, [...(devices.get(parentdev) ?? []), { namespace: namespace.id, link }]);
    }
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
    linksOfDevice: (address) => devices.get(address) ?? [],
    nsidOf: (namespace, other) => tables.get(namespace)?.byNamespace.get(other),
  };
}

/** Why the links of a namespace are not known; undefined where they are. */
export function whyUnread(namespace: NamespaceState | undefined): string | undefined {
  return namespace?.links.length === 0 ? namespace.unreadable[0] : undefined;
}
