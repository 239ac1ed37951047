/** The packet left this host, and nothing came back. */
import { lastWay } from '../evidence.ts';
import { failedNeighbours } from './arp-unanswered.ts';
import { blocker, type Cause, fromName, toName } from './cause.ts';

export const upstreamNoAnswer: Cause = {
  id: 'upstream-no-answer',
  find: (evidence) => {
    const way = lastWay(evidence);
    const { probe, seen, scene, from } = evidence;
    if (way?.end.kind !== 'beyond' || from.kind === 'external' || evidence.troubles.length > 0) return [];
    if (probe?.outcome !== 'no-answer' && probe?.outcome !== 'unreachable') return [];
    const place = `${scene.nameOf(way.end.namespace)}:${way.end.device}`;
    if (failedNeighbours(evidence).length > 0) return [];
    const left = seen.filter((one) => one.interface === place && one.kind === 'syn');
    // Seen on other hops and not there: it did not leave.
    if (left.length === 0 && seen.some(({ kind }) => kind === 'syn')) return [];
    const packets = left.map(({ text }) => ({ kind: 'packet' as const, where: place, text }));
    const said = seen
      .filter((one) => one.kind === 'icmp-error')
      .map(({ text, interface: where }) => ({ kind: 'packet' as const, where, text }));
    return [
      blocker({
        cause: 'upstream-no-answer',
        summary: `The packets of ${fromName(evidence)} to ${toName(evidence)} left this host by ${place}${left.length > 0 ? ` (${left.length} SYNs)` : ''}, and nothing came back: what stops them is beyond this host.`,
        evidence: [
          ...packets.slice(0, 3),
          ...said.slice(0, 2),
          { kind: 'packet', where: place, text: `no answer in ${(probe.milliseconds / 1000).toFixed(1)} s` },
        ],
        fix: [],
      }),
    ];
  },
};
