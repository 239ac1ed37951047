/** Which container had an address before: flows are of who had it then, also when another has it by now. */
import type { Topology } from '../topology/model.ts';

interface Holder {
  readonly id: string;
  readonly name: string;
}

interface Past {
  /** Seconds since 1970: from then on it was another's, or nobody's. */
  readonly until: number;
  readonly container: string;
}

/** Former holders of one address that are remembered. */
const mostHolders = 50;

export class AddressHistory {
  readonly #past = new Map<string, Past[]>();

  /** @param time of `after`, in seconds since 1970. */
  see(before: Topology, after: Topology, time: number): void {
    const now = holdersOf(after);
    for (const [address, holder] of holdersOf(before)) {
      if (holder === null || now.get(address)?.id === holder.id) continue;
      const past = this.#past.get(address) ?? [];
      this.#past.set(address, [...past, { until: time, container: holder.name }].slice(-mostHolders));
    }
  }

  /** Who had it at that time; undefined where that is no other than who has it now. */
  containerAt(address: string, time: number): string | undefined {
    return this.#past.get(address)?.find(({ until }) => time <= until)?.container;
  }
}

/** Addresses of containers; null for those that several have, in networks that do not meet. */
function holdersOf({ namespaces }: Topology): ReadonlyMap<string, Holder | null> {
  const holders = new Map<string, Holder | null>();
  for (const { kind, containers, links } of namespaces) {
    const [container] = kind === 'host' ? [] : containers;
    if (container === undefined) continue;
    for (const { kind: linkKind, addresses } of links) {
      if (linkKind === 'loopback') continue;
      for (const cidr of addresses) {
        const address = cidr.replace(/\/\d+$/, '');
        holders.set(address, holders.has(address) ? null : container);
      }
    }
  }
  return holders;
}
