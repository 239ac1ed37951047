/** What links have carried, and how fast: the kernel's counters of two looks at a host. */
import type { HostSnapshot, LinkState } from '../snapshot/schema.ts';

export type Counters = NonNullable<LinkState['statistics']>;

export interface LinkTraffic {
  readonly total: Counters;
  /** Since the look before; null where there is none to compare with. */
  readonly perSecond: Counters | null;
}

/** By `trafficKey`. */
export type HostTraffic = ReadonlyMap<string, LinkTraffic>;

/** @param namespace id, `net:[...]`. */
export function trafficKey(namespace: string, index: number): string {
  return `${namespace} ${index}`;
}

/** Looks that are closer together, in seconds, say more about when they were taken than about the traffic. */
const shortest = 0.2;

/** @param before an earlier look at the same host. */
export function hostTraffic(before: HostSnapshot | null, now: HostSnapshot): HostTraffic {
  const seconds = before === null ? 0 : (Date.parse(now.takenAt) - Date.parse(before.takenAt)) / 1000;
  const earlier = new Map<string, LinkState>();
  if (before !== null && seconds >= shortest) {
    for (const { id, links } of before.namespaces) {
      for (const link of links) earlier.set(trafficKey(id, link.index), link);
    }
  }
  const traffic = new Map<string, LinkTraffic>();
  for (const { id, links } of now.namespaces) {
    for (const { index, name, statistics } of links) {
      if (statistics === undefined) continue;
      const key = trafficKey(id, index);
      const was = earlier.get(key);
      traffic.set(key, {
        total: statistics,
        perSecond:
          was?.statistics === undefined || was.name !== name
            ? null
            : ratesBetween(was.statistics, statistics, seconds),
      });
    }
  }
  return traffic;
}

/** null where a counter went back: it is another link by now, or its driver was reset. */
export function ratesBetween(before: Counters, now: Counters, seconds: number): Counters | null {
  const rate = (counter: keyof Counters): number => (now[counter] - before[counter]) / seconds;
  const rates: Counters = {
    rxPackets: rate('rxPackets'),
    rxBytes: rate('rxBytes'),
    rxErrors: rate('rxErrors'),
    rxDropped: rate('rxDropped'),
    txPackets: rate('txPackets'),
    txBytes: rate('txBytes'),
    txErrors: rate('txErrors'),
    txDropped: rate('txDropped'),
  };
  return Object.values(rates).some((value) => value < 0) ? null : rates;
}
