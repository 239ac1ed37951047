import type { LinkState, NamespaceState } from '../snapshot/schema.ts';

/** What the kind of a link has, with the forwarding entries that the kernel keeps apart from the link. */
export function linkDetails(link: LinkState, namespace: NamespaceState): Readonly<Record<string, unknown>> {
  if (link.kind !== 'vxlan') return link.details;
  const fdb = namespace.fdb.filter((entry) => entry.interfaceIndex === link.index);
  const remotes = new Set(fdb.flatMap((entry) => entry.destination ?? []));
  return {
    ...link.details,
    remotes: [...remotes],
    fdb: fdb.map(({ mac, destination, vni, port, state }) => ({ mac, destination, vni, port, state })),
  };
}
