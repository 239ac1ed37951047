/** The resolver that is asked beyond the engine's own refuses, fails or is silent. */
import { embeddedServer, nameservers } from '../resolve.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { dnsEvidence } from './names.ts';

export const dnsUpstreamFailing: Cause = {
  id: 'dns-upstream-failing',
  find: (evidence) => {
    const { resolution, scene } = evidence;
    if (resolution.trouble?.kind !== 'upstream-failing' && resolution.trouble?.kind !== 'no-resolver')
      return [];
    const isEmbedded = resolution.servers[0] === embeddedServer;
    const behind = isEmbedded && scene.host !== undefined ? nameservers(scene.host) : [];
    const servers = behind.join(', ') || resolution.servers.join(', ');
    const [first = resolution.servers[0]] = behind;
    const who =
      servers === ''
        ? 'There is nobody to ask'
        : `${isEmbedded ? 'The resolver behind it' : 'The resolver that its resolv.conf names'} (${servers}) does not answer or refuses`;
    const asker = isEmbedded ? 'host' : evidence.fromEnd.given;
    return [
      blocker({
        cause: 'dns-upstream-failing',
        summary: `"${resolution.name}" does not resolve in ${fromName(evidence)}: ${resolution.answer?.text ?? 'resolv.conf names no resolver'}. ${who}.`,
        evidence: [
          ...dnsEvidence(evidence),
          ...(behind.length === 0
            ? []
            : [{ kind: 'dns' as const, where: 'host', text: `resolv.conf: nameserver ${servers}` }]),
        ],
        fix: first === undefined ? [] : [`netscope diagnose ${asker} ${first}:53/udp`],
      }),
    ];
  },
};
