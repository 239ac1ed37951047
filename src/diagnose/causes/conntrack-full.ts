/** The table of tracked connections is full: new ones are dropped. */
import { gotThrough, movedBy } from '../aftermath.ts';
import type { Finding } from '../model.ts';
import { conntrackDrops } from '../namespace-troubles.ts';
import { blocker, type Cause, fromName, once, toName, troublesOf } from './cause.ts';

export const conntrackFull: Cause = {
  id: 'conntrack-full',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'conntrack-full').flatMap(({ namespace, count, max, dropped }): Finding[] => {
        const { scene, probe, aftermath } = evidence;
        const state = scene.namespaceNamed(namespace);
        const more = state === undefined ? 0 : movedBy(scene, aftermath, state, conntrackDrops);
        const certain = count >= max || more > 0;
        // Packets were dropped once, and there is room.
        if (!certain && gotThrough(probe)) return [];
        return [
          blocker({
            cause: 'conntrack-full',
            summary: `The connection tracking table of ${namespace} is ${count >= max ? '' : 'nearly '}full (${count} of ${max} entries): new connections from ${fromName(evidence)} to ${toName(evidence)} ${certain ? 'are' : 'may be'} dropped.`,
            evidence: [
              {
                kind: 'sysctl',
                where: namespace,
                text: `net.netfilter.nf_conntrack_count = ${count}, nf_conntrack_max = ${max}`,
              },
              ...(dropped + more === 0
                ? []
                : [
                    {
                      kind: 'conntrack' as const,
                      where: namespace,
                      text: `/proc/net/stat/nf_conntrack: drop ${dropped}${more > 0 ? `, ${more} more with the probe` : ''}`,
                    },
                  ]),
            ],
            // One limit for all namespaces, each of which has a table of its own; only the host's may be written.
            fix: [`sysctl -w net.netfilter.nf_conntrack_max=${max * 2}`],
            certain,
          }),
        ];
      }),
    ),
};
