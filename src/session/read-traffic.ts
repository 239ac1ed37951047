/** What the links of a host carry, by two looks at their counters. */
import { setTimeout as delay } from 'node:timers/promises';
import { type NamespaceStatistics, readLinkStatistics } from '../host/link-statistics.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import {
  type HostTraffic,
  hostTraffic,
  type LinkTraffic,
  ratesBetween,
  trafficKey,
} from '../topology/link-traffic.ts';

export interface TrafficLook {
  readonly traffic: HostTraffic;
  /** Between the two looks; null where there was only one. */
  readonly seconds: number | null;
}

/** @param seconds between the two looks at this host; 0 for one look, which gives no rates. */
export async function readTraffic(snapshot: HostSnapshot, seconds: number): Promise<TrafficLook> {
  const start = performance.now();
  const before = seconds === 0 ? new Map<string, NamespaceStatistics>() : look(snapshot);
  if (seconds > 0) await delay(start + seconds * 1000 - performance.now());
  const apart = (performance.now() - start) / 1000;
  const now = look(snapshot);
  const traffic = new Map<string, LinkTraffic>();
  for (const [id, { at, links }] of now) {
    const earlier = before.get(id);
    for (const [index, total] of links) {
      const was = earlier?.links.get(index);
      const perSecond =
        earlier === undefined || was === undefined
          ? null
          : ratesBetween(was, total, (at - earlier.at) / 1000);
      traffic.set(trafficKey(id, index), { total, perSecond });
    }
  }
  return { traffic, seconds: seconds === 0 ? null : Math.round(apart * 1000) / 1000 };
}

function look({ namespaces }: HostSnapshot): Map<string, NamespaceStatistics> {
  return new Map(
    namespaces.flatMap((namespace) => {
      const statistics = readLinkStatistics(namespace);
      return statistics === undefined ? [] : [[namespace.id, statistics] as const];
    }),
  );
}

/** The same of what a file holds. @param earlier the state to compare with; null where there is none. */
export function trafficOf(earlier: HostSnapshot | null, last: HostSnapshot): TrafficLook {
  const traffic = hostTraffic(earlier, last);
  const seconds = earlier === null ? null : (Date.parse(last.takenAt) - Date.parse(earlier.takenAt)) / 1000;
  return {
    traffic,
    seconds: [...traffic.values()].some(({ perSecond }) => perSecond !== null) ? seconds : null,
  };
}
