/** 127.0.0.11 is the resolver, and the rules that lead to it are gone from the container's namespace. */

import { embeddedRules, embeddedServer } from '../resolve.ts';
import { word } from '../text.ts';
import { blocker, type Cause, fromName } from './cause.ts';
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
    if (!resolution.servers.includes(embeddedServer) || embeddedRules(from.namespace) || from.namespace.host)
      return [];
    const name = fromName(evidence);
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
