/** The resolver that is asked beyond the engine's own refuses, fails or is silent. */
import { nameservers } from '../resolve.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { dnsEvidence } from './names.ts';

export const dnsUpstreamFailing: Cause = {
  id: 'dns-upstream-failing',
  find: (evidence) => {
    const { resolution, scene } = evidence;
    if (resolution.trouble?.kind !== 'upstream-failing' && resolution.trouble?.kind !== 'no-resolver')
      return [];
    const upstream = scene.host === undefined ? [] : nameservers(scene.host);
    const servers = upstream.join(', ') || resolution.servers.join(', ') || 'no resolver';
    const [first = resolution.servers[0]] = upstream;
    return [
      blocker({
        cause: 'dns-upstream-failing',
        summary: `"${resolution.name}" does not resolve in ${fromName(evidence)}: ${resolution.answer?.text ?? 'resolv.conf names no resolver'}. The resolver behind it (${servers}) does not answer or refuses.`,
        evidence: [
          ...dnsEvidence(evidence),
          { kind: 'dns', where: 'host', text: `resolv.conf: nameserver ${servers}` },
        ],
        fix: first === undefined ? [] : [`netscope diagnose host ${first}:53/udp`],
      }),
    ];
  },
};
