/** 127.0.0.11 is the resolver, and the rules that lead to it are gone from the container's namespace. */

import { embeddedRules, embeddedServer } from '../resolve.ts';
import { word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { dnsEvidence } from './names.ts';

export const dnsEmbeddedBroken: Cause = {
  id: 'dns-embedded-broken',
  find: (evidence) => {
    const { from, resolution } = evidence;
    if (
      from.kind !== 'inside' ||
      from.container === null ||
      resolution.how === 'literal' ||
      resolution.how === 'hosts'
    )
      return [];
    const name = fromName(evidence);
    if (resolution.trouble?.kind === 'embedded-silent' || resolution.trouble?.kind === 'embedded-not-asked') {
      const isSilent = resolution.trouble.kind === 'embedded-silent';
      const servers = resolution.servers.join(', ');
      const isPodman = from.container.engine === 'podman';
      return [
        blocker({
          cause: 'dns-embedded-broken',
          summary: isSilent
            ? `"${resolution.name}" does not resolve in ${name}: Docker's resolver at ${embeddedServer} does not answer (${resolution.answer?.text}), although the rules that lead there are in place.`
            : isPodman
              ? `"${resolution.name}" does not resolve in ${name}, which shares a network with it: Podman's resolver (aardvark-dns) does not know it, or is none of ${servers}, which ${name} asks.`
              : `"${resolution.name}" does not resolve in ${name}: only Docker's resolver at ${embeddedServer} knows it, and the resolv.conf of ${name} names ${servers} instead.`,
          evidence: dnsEvidence(evidence),
          fix: [`docker restart ${word(from.container.name)}`],
          link: pages.networking,
        }),
      ];
    }
    if (!resolution.servers.includes(embeddedServer) || embeddedRules(from.namespace) || from.namespace.host)
      return [];
    return [
      blocker({
        cause: 'dns-embedded-broken',
        summary: `${name} asks ${embeddedServer} for names, and the rules that lead there to Docker's resolver (DOCKER_OUTPUT in nat) are gone from its namespace: something flushed them.`,
        evidence: [
          { kind: 'rule', where: name, text: `nat: no DNAT for ${embeddedServer}` },
          ...dnsEvidence(evidence),
        ],
        fix: [`docker restart ${word(from.container.name)}`],
      }),
    ];
  },
};
