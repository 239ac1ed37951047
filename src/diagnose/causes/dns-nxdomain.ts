/** The name does not exist for the client: its container is on other networks, or nobody has it. */
import { gotThrough } from '../aftermath.ts';
import { addressesOf } from '../ends.ts';
import type { Evidence } from '../evidence.ts';
import { word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { dnsEvidence } from './names.ts';
import { connectFix, sourceContainer } from './networks.ts';

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
    if (trouble?.kind === 'pod-member') {
      return [
        blocker({
          cause: 'dns-nxdomain',
          summary: `The name "${name}" does not resolve in ${fromName(evidence)}: ${name} is in the pod ${trouble.pod}, and Podman gives a name to the pod, none to the containers in it.`,
          evidence: [
            { kind: 'engine', where: 'host', text: `container ${name}: in pod ${trouble.pod}` },
            ...dnsEvidence(evidence),
          ],
          fix: [],
        }),
      ];
    }
    if (trouble?.kind === 'hosts-other' && !gotThrough(evidence.probe)) {
      const where = fromName(evidence);
      const own = container === null ? '' : addressesOf(container, evidence.scene).join(', ');
      return [
        blocker({
          cause: 'dns-nxdomain',
          summary: `/etc/hosts of ${where} gives "${name}" the address ${resolution.address}, and the container ${container?.name} has ${own || 'none'}.`,
          evidence: [
            { kind: 'dns', where, text: `/etc/hosts: ${resolution.address} ${name}` },
            { kind: 'engine', where: 'host', text: `container ${container?.name}: ${own}` },
          ],
          fix: hostsFix(evidence),
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

/** The file is a mount: it is written over, not replaced. */
function hostsFix(evidence: Evidence): readonly string[] {
  const container = sourceContainer(evidence);
  const { address } = evidence.resolution;
  if (container === null || address === null) return [];
  const pattern = `/^${address.replaceAll('.', '\\.')}[[:space:]]/d`;
  const script = `sed '${pattern}' /etc/hosts >/tmp/hosts && cat /tmp/hosts >/etc/hosts`;
  return [`docker exec ${word(container.name)} sh -c ${word(script)}`];
}
