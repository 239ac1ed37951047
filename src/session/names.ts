/** Names for what packets only number: whose interface, whose address. */
import type { FlowInterface } from '../flow/model.ts';
import type { TopologyLookup } from '../topology/lookup.ts';
import type { IngestedInterface } from './ingest.ts';

export interface SessionNames {
  interfaceOf(interfaceId: number): FlowInterface | null;
  containerOf(address: string, interfaceId: number): string | null;
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
    containerOf(address, interfaceId) {
      if (numeric) return null;
      const device = interfaces[interfaceId]?.device;
      const near =
        device?.name == null ? undefined : (splitInterfaceName(device.name).namespace ?? undefined);
      const namespaceId = near === undefined ? undefined : lookup()?.namespaceByName(near)?.id;
      return lookup()?.containerOfAddress(address, namespaceId)?.container ?? null;
    },
  };
}
