import { type Counters, type HostTraffic, trafficKey } from './link-traffic.ts';
import type { LinkCounters, Topology } from './model.ts';

/** The topology with what each link has carried. @param seconds that the rates are taken over. */
export function withStatistics(topology: Topology, traffic: HostTraffic, seconds: number | null): Topology {
  return {
    ...topology,
    namespaces: topology.namespaces.map((namespace) => ({
      ...namespace,
      links: namespace.links.map((link) => {
        const carried = traffic.get(trafficKey(namespace.id, link.index));
        if (carried === undefined) return { ...link, statistics: null };
        const { total, perSecond } = carried;
        const rates = perSecond === null ? null : { rx: received(perSecond), tx: sent(perSecond) };
        return { ...link, statistics: { rx: received(total), tx: sent(total), perSecond: rates } };
      }),
    })),
    statisticsSeconds: seconds,
  };
}

function received({ rxBytes, rxPackets, rxErrors, rxDropped }: Counters): LinkCounters {
  return { bytes: rxBytes, packets: rxPackets, errors: rxErrors, dropped: rxDropped };
}

function sent({ txBytes, txPackets, txErrors, txDropped }: Counters): LinkCounters {
  return { bytes: txBytes, packets: txPackets, errors: txErrors, dropped: txDropped };
}
