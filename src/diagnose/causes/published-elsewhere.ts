/** A port of the host that is dialled at an address on which no container publishes it, though one does on others. */
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, word } from '../text.ts';
import { blocker, fromName, pages } from './cause.ts';
import { covers, publishers, silentService, socketEvidence } from './not-listening.ts';
import { rulesOf } from './rule-class.ts';

/** @param only IPv4, where an IPv6 address is dialled and the port is published on IPv4 addresses alone. */
export function publishedElsewhere(
  evidence: Evidence,
  cause: string,
  only: 'IPv4' | null,
): readonly Finding[] {
  const service = silentService(evidence);
  if (service === null || !service.namespace.host) return [];
  const all = publishers(evidence, service);
  const [first] = all;
  const isIpv6 = service.address.includes(':');
  if (all.some(({ published }) => covers(published, service.address))) return [];
  const isIpv4Only = isIpv6 && all.every(({ published }) => !published.hostAddress.includes(':'));
  if (first === undefined || isIpv4Only !== (only === 'IPv4')) return [];
  const { container } = first;
  const addresses = all.map(({ published }) => published.hostAddress || '0.0.0.0').join(', ');
  const { hostPort, containerPort, protocol } = first.published;
  const rules = rulesOf(evidence, 'published-on-other-address').map(({ rule }) => ruleEvidence(rule));
  const address = isIpv6 ? `[${service.address}]` : service.address;
  const where = only === null ? addresses : `${only} only (${addresses})`;
  return [
    blocker({
      cause,
      summary: `${container.name} publishes port ${hostPort} on ${where}, and ${fromName(evidence)} dials ${address}.`,
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
        `docker run --publish ${isIpv6 ? '[::]' : '0.0.0.0'}:${hostPort}:${containerPort} ${word(container.image)}`,
      ],
      link: pages.publishing,
    }),
  ];
}
