import type { HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';

/** Where the database of Open vSwitch has a port. */
export interface SwitchPlace {
  readonly bridge: string;
  readonly tag?: number | undefined;
  readonly trunks?: readonly number[] | undefined;
}

/** By the name of the link, without the ports of bridges themselves. */
export function switchPlaces({ switches = [] }: HostSnapshot): ReadonlyMap<string, SwitchPlace> {
  return new Map(
    switches.flatMap(({ name: bridge, ports }) =>
      ports.flatMap(({ tag, trunks, interfaces }) =>
        interfaces.flatMap(({ name }) =>
          name === bridge
            ? []
            : [
                [
                  name,
                  { bridge, ...(tag !== undefined && { tag }), ...(trunks !== undefined && { trunks }) },
                ],
              ],
        ),
      ),
    ),
  );
}

/** What the kind of a link has, with the forwarding entries that the kernel keeps apart from the link, and its bridge of Open vSwitch. */
export function linkDetails(
  link: LinkState,
  namespace: NamespaceState,
  switched: ReadonlyMap<string, SwitchPlace>,
): Readonly<Record<string, unknown>> {
  const place = switched.size === 0 ? undefined : switched.get(link.name);
  const details =
    place !== undefined && isSwitched(link, namespace) ? { ...link.details, switch: place } : link.details;
  if (link.kind !== 'vxlan') return details;
  const fdb = namespace.fdb.filter((entry) => entry.interfaceIndex === link.index);
  const remotes = new Set(fdb.flatMap((entry) => entry.destination ?? []));
  return {
    ...details,
    remotes: [...remotes],
    fdb: fdb.map(({ mac, destination, vni, port, state }) => ({ mac, destination, vni, port, state })),
  };
}

/** A name proves nothing: it is a port of a datapath, or an internal port, which may be in any namespace. */
function isSwitched({ kind, master }: LinkState, { links }: NamespaceState): boolean {
  return kind === 'openvswitch' || links.some((one) => one.index === master && one.kind === 'openvswitch');
}
