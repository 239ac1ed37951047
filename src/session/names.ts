/** Names for what packets only number: whose interface, whose address. */
import type { FlowInterface } from '../flow/model.ts';
import type { TopologyLookup } from '../topology/lookup.ts';
import type { Link, TopologyNamespace } from '../topology/model.ts';
import type { AddressHistory } from './address-history.ts';
import type { IngestedInterface } from './ingest.ts';

export interface SessionNames {
  interfaceOf(interfaceId: number): FlowInterface | null;
  /** @param time of the packet, in seconds since 1970. */
  containerOf(address: string, interfaceId: number, time: number): string | null;
  /** See FlowNames.depthOf. */
  depthOf(interfaceId: number): number;
  /** Goes up when a name may have changed. */
  version: number;
}

/**
 * `NS/IFACE`, as recordings and live captures name their interfaces. Interface names have no slash
 * (dev_valid_name, net/core/dev.c); names of namespaces may.
 */
export function splitInterfaceName(name: string): {
  readonly namespace: string | null;
  readonly name: string;
} {
  const slash = name.lastIndexOf('/');
  if (slash < 0) return { namespace: null, name };
  return { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

/** A capture without namespaces names its interfaces, at most: they count as interfaces of nowhere. */
const noNamespace = '';

export function createNames(
  interfaces: readonly IngestedInterface[],
  lookup: () => TopologyLookup | null,
  numeric: boolean,
  history: Pick<AddressHistory, 'containerAt'>,
): SessionNames {
  return {
    version: 0,
    interfaceOf(interfaceId) {
      const device = interfaces[interfaceId]?.device;
      if (device === undefined || device.name === null) return null;
      const { namespace, name } = splitInterfaceName(device.name);
      if (namespace === null) return { namespace: noNamespace, name, index: 0 };
      const link = lookup()
        ?.namespaceByName(namespace)
        ?.links.find((candidate) => candidate.name === name);
      return { namespace, name, index: link?.index ?? 0 };
    },
    containerOf(address, interfaceId, time) {
      if (numeric) return null;
      const former = history.containerAt(address, time);
      if (former !== undefined) return former;
      const device = interfaces[interfaceId]?.device;
      const near =
        device?.name == null ? undefined : (splitInterfaceName(device.name).namespace ?? undefined);
      const namespaceId = near === undefined ? undefined : lookup()?.namespaceByName(near)?.id;
      return lookup()?.containerOfAddress(address, namespaceId)?.container ?? null;
    },
    depthOf(interfaceId) {
      const name = interfaces[interfaceId]?.device.name;
      const topology = lookup();
      if (name == null || topology === null) return 0;
      const { namespace: where, name: own } = splitInterfaceName(name);
      const namespace = where === null ? undefined : topology.namespaceByName(where);
      const link = namespace?.links.find((candidate) => candidate.name === own);
      return namespace === undefined || link === undefined ? 0 : depthOfLink(link, namespace, topology);
    },
  };
}

/** Devices on top of each other, at most: as many as the kernel allows (MAX_NEST_DEV, include/linux/netdevice.h). */
const deepest = 8;

/**
 * A device that others are below (the ports of a bridge or bond, the lower device of a VLAN or macvlan) is handed a
 * packet by one of them, and with it the time at which that one received it (skb->tstamp stays: netif_receive_skb of
 * br_input.c, vlan_core.c and macvlan.c).
 */
function depthOfLink(link: Link, namespace: TopologyNamespace, topology: TopologyLookup, above = 0): number {
  if (above === deepest) return 0;
  const depths = namespace.links
    .filter(({ master }) => master?.index === link.index)
    .map((port) => depthOfLink(port, namespace, topology, above + 1));
  const { parent } = link;
  const there = parent === null ? undefined : topology.namespaceById(parent.namespace);
  const lower = there?.links.find(({ index }) => index === parent?.index);
  if (there !== undefined && lower !== undefined) {
    depths.push(depthOfLink(lower, there, topology, above + 1));
  }
  return depths.length === 0 ? 0 : 1 + Math.max(...depths);
}
