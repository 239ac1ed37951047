/** The resolver that is asked beyond the engine's own refuses, fails or is silent. */
import { embeddedServer, embeddedUpstream } from '../resolve.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { dnsEvidence } from './names.ts';

export const dnsUpstreamFailing: Cause = {
  id: 'dns-upstream-failing',
  find: (evidence) => {
    const { resolution, scene, from } = evidence;
    if (resolution.trouble?.kind !== 'upstream-failing' && resolution.trouble?.kind !== 'no-resolver')
      return [];
    const isEmbedded = resolution.servers[0] === embeddedServer;
    const behind = isEmbedded && from.kind === 'inside' ? embeddedUpstream(scene, from.namespace) : [];
    const servers = behind.map(({ server }) => server).join(', ') || resolution.servers.join(', ');
    const asker = behind[0] === undefined ? evidence.fromEnd.given : scene.nameOf(behind[0].from.namespace);
    const asked = behind[0]?.server ?? resolution.servers[0];
    const who =
      servers === ''
        ? 'There is nobody to ask'
        : `${isEmbedded ? 'The resolver behind it' : 'The resolver that its resolv.conf names'} (${servers}) does not answer or refuses`;
    return [
      blocker({
        cause: 'dns-upstream-failing',
        summary: `"${resolution.name}" does not resolve in ${fromName(evidence)}: ${resolution.answer?.text ?? 'resolv.conf names no resolver'}. ${who}.`,
        evidence: [
          ...dnsEvidence(evidence),
          ...(behind.length === 0
            ? []
            : [{ kind: 'dns' as const, where: asker, text: `${embeddedServer} asks ${servers} in turn` }]),
        ],
        fix: asked === undefined ? [] : [`netscope diagnose ${asker} ${asked}:53/udp`],
      }),
    ];
  },
};
