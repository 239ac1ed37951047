/** A UDP entry without the translation that new packets would get, or with one to an address of before, lives on. */
import { formatAddress } from '../../netfilter/address.ts';
import { enter } from '../commands.ts';
import type { Finding } from '../model.ts';
import { endText } from '../scene.ts';
import { blocker, type Cause, fromName } from './cause.ts';

const udp = 17;

export const conntrackStale: Cause = {
  id: 'conntrack-stale',
  find: (evidence) => {
    const { scene, forward, from, target } = evidence;
    if (target.protocol !== 'udp') return [];
    return forward.flatMap(({ visits }) =>
      visits.flatMap(({ namespace, before, after }): Finding[] => {
        const destination = formatAddress(before.destination);
        const translated = formatAddress(after.destination);
        const client = from.kind === 'external' ? from.address : formatAddress(before.source);
        const stale = namespace.conntrack.filter(
          ({ protocol, original, reply }) =>
            protocol === udp &&
            original.source === client &&
            original.destination === destination &&
            original.destinationPort === before.destinationPort &&
            (reply.source !== translated || reply.sourcePort !== after.destinationPort),
        );
        const [entry] = stale;
        if (entry === undefined) return [];
        const where = scene.nameOf(namespace);
        const now = endText(translated, after.destinationPort);
        const old = endText(entry.reply.source, entry.reply.sourcePort ?? null);
        return [
          blocker({
            cause: 'conntrack-stale',
            summary: `An old connection tracking entry of ${where} still sends the UDP packets of ${fromName(evidence)} from port ${entry.original.sourcePort} to ${old}; new ones go to ${now}. It lives on as long as the client goes on sending.`,
            evidence: stale.slice(0, 3).map(({ original, status }) => ({
              kind: 'conntrack' as const,
              where,
              text: `udp ${endText(original.source, original.sourcePort ?? null)} > ${endText(original.destination, original.destinationPort ?? null)}, answers expected from ${old} (${status.join(',')})`,
            })),
            fix: [
              `${enter(namespace)}conntrack -D -p udp --orig-src ${client} --orig-dst ${destination} --dport ${before.destinationPort}`,
            ],
          }),
        ];
      }),
    );
  },
};
