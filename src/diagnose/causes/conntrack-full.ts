/** The table of tracked connections is full: new ones are dropped. */
import { prefixOf } from '../commands.ts';
import { blocker, type Cause, fromName, once, toName, troublesOf } from './cause.ts';

export const conntrackFull: Cause = {
  id: 'conntrack-full',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'conntrack-full').map(({ namespace, count, max }) =>
        blocker({
          cause: 'conntrack-full',
          summary: `The connection tracking table of ${namespace} is full (${count} of ${max} entries): new connections from ${fromName(evidence)} to ${toName(evidence)} are dropped.`,
          evidence: [
            {
              kind: 'sysctl',
              where: namespace,
              text: `net.netfilter.nf_conntrack_count = ${count}, nf_conntrack_max = ${max}`,
            },
          ],
          fix: [`${prefixOf(evidence.scene, namespace)}sysctl -w net.netfilter.nf_conntrack_max=${max * 2}`],
        }),
      ),
    ),
};
