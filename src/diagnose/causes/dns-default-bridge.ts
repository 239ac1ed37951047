/** Names of containers do not resolve on the default bridge. */
import { word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { dnsEvidence } from './names.ts';
import { sourceContainer } from './networks.ts';

export const dnsDefaultBridge: Cause = {
  id: 'dns-default-bridge',
  find: (evidence) => {
    const { resolution } = evidence;
    if (resolution.trouble?.kind !== 'default-bridge') return [];
    const target = resolution.container;
    const source = sourceContainer(evidence);
    const userDefined = target?.endpoints.find(({ network: name }) => evidence.scene.hasNames(name))?.network;
    const network = userDefined ?? 'shared';
    const own = source?.endpoints.map(({ network: name }) => name).join(', ') || 'bridge';
    const where = source?.engine === 'podman' ? `network ${own}` : "Docker's default bridge";
    const both = [source, ...(userDefined === undefined ? [target] : [])].flatMap((one) =>
      one == null ? [] : [one.name],
    );
    return [
      blocker({
        cause: 'dns-default-bridge',
        summary: `${fromName(evidence)} is on ${where} only, where names of containers do not resolve: "${resolution.name}" is known on user-defined networks.`,
        evidence: [
          { kind: 'engine', where: 'host', text: `container ${fromName(evidence)}: network ${own}` },
          ...dnsEvidence(evidence),
        ],
        fix: [
          ...(userDefined === undefined ? [`docker network create ${network}`] : []),
          ...both.map((name) => `docker network connect ${word(network)} ${word(name)}`),
        ],
        link: pages.bridge,
      }),
    ];
  },
};
