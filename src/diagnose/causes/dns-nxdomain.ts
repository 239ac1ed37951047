/** The name does not exist for the client: its container is on other networks, or nobody has it. */
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { dnsEvidence } from './names.ts';
import { connectFix } from './networks.ts';

export const dnsNxdomain: Cause = {
  id: 'dns-nxdomain',
  find: (evidence) => {
    const { resolution } = evidence;
    const { trouble, container, name } = resolution;
    if (trouble?.kind === 'unknown-name') {
      return [
        blocker({
          cause: 'dns-nxdomain',
          summary: `The name "${name}" does not exist: no container that ${fromName(evidence)} shares a network with has it, and ${resolution.answer?.server ?? 'its resolver'} does not know it.`,
          evidence: dnsEvidence(evidence),
          fix: [],
        }),
      ];
    }
    if (trouble?.kind !== 'other-network') return [];
    const networks = container?.endpoints.map(({ network }) => network).join(', ') || 'no network';
    return [
      blocker({
        cause: 'dns-nxdomain',
        summary: `The name "${name}" does not resolve in ${fromName(evidence)}: the container ${container?.name} is on ${networks}, and they share no network that has names.`,
        evidence: [
          { kind: 'engine', where: 'host', text: `container ${container?.name}: on ${networks}` },
          ...dnsEvidence(evidence),
        ],
        fix: connectFix(evidence),
        link: pages.networking,
      }),
    ];
  },
};
