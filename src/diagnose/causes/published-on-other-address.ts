/** The port is published, on another address of the host than the one that is dialled; or on IPv4 only. */
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { covers, publishers, silentService, socketEvidence } from './not-listening.ts';
import { rulesOf } from './rule-class.ts';

export const publishedOnOtherAddress: Cause = {
  id: 'published-on-other-address',
  find: (evidence) => find(evidence, false),
};

export const ipv6Disabled: Cause = {
  id: 'ipv6-disabled',
  find: (evidence) => find(evidence, true),
};

function find(evidence: Evidence, ipv6: boolean): readonly Finding[] {
  const service = silentService(evidence);
  if (service === null || !service.namespace.host) return [];
  const all = publishers(evidence, service);
  const [first] = all;
  const v6 = service.address.includes(':');
  if (all.some(({ published }) => covers(published, service.address))) return [];
  const onlyV4 = v6 && all.every(({ published }) => !published.hostAddress.includes(':'));
  if (first === undefined || onlyV4 !== ipv6) return [];
  const { container } = first;
  const addresses = all.map(({ published }) => published.hostAddress || '0.0.0.0').join(', ');
  const { hostPort, containerPort, protocol } = first.published;
  const rules = rulesOf(evidence, 'published-on-other-address').map(({ rule }) => ruleEvidence(rule));
  const address = v6 ? `[${service.address}]` : service.address;
  return [
    blocker({
      cause: ipv6 ? 'ipv6-disabled' : 'published-on-other-address',
      summary: ipv6
        ? `${container.name} publishes port ${hostPort} on IPv4 only (${addresses}), and ${fromName(evidence)} dials ${address}.`
        : `${container.name} publishes port ${hostPort} on ${addresses}, and ${fromName(evidence)} dials ${address}.`,
      evidence: [
        {
          kind: 'engine',
          where: 'host',
          text: `container ${container.name}: ${addresses}:${hostPort} to ${containerPort}/${protocol}`,
        },
        ...socketEvidence(evidence, service),
        ...rules,
      ],
      fix: [
        `docker run --publish ${ipv6 ? '[::]' : '0.0.0.0'}:${hostPort}:${containerPort} ${word(container.image)}`,
      ],
      link: pages.publishing,
    }),
  ];
}
