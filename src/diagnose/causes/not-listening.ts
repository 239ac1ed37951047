/** Nothing listens on the port. */
import type { Evidence, Service } from '../evidence.ts';
import type { EvidenceItem } from '../model.ts';
import { endText } from '../scene.ts';
import { isLoopback, listenerText } from '../service.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { targetContainer } from './networks.ts';

/** The service of TO where nothing takes the packet. */
export function silentService({ service }: Evidence): Service | null {
  return service === null || service.state === 'listening' ? null : service;
}

export function socketEvidence(evidence: Evidence, service: Service): readonly EvidenceItem[] {
  const where = evidence.scene.nameOf(service.namespace);
  const shown = [...(service.listener === null ? [] : [service.listener]), ...service.others].slice(0, 8);
  const listed = shown.map(
    (one): EvidenceItem => ({ kind: 'socket', where, text: `listens: ${listenerText(one)}` }),
  );
  const { probe } = evidence;
  const refused = probe?.outcome === 'refused';
  return [
    {
      kind: 'socket',
      where,
      text: `no ${service.protocol} socket listens on ${endText(service.address, service.port)}`,
    },
    ...listed,
    ...(refused
      ? [
          {
            kind: 'packet' as const,
            where,
            text: `the probe was answered with RST after ${probe.milliseconds.toFixed(1)} ms`,
          },
        ]
      : []),
  ];
}

export function isDialledLocalhost(evidence: Evidence, service: Service): boolean {
  const { from } = evidence;
  return (
    from.kind === 'inside' &&
    !from.namespace.host &&
    isLoopback(service.address) &&
    from.namespace.id === service.namespace.id
  );
}

export const notListening: Cause = {
  id: 'not-listening',
  find: (evidence) => {
    const service = silentService(evidence);
    if (service === null || service.state !== 'nothing' || isDialledLocalhost(evidence, service)) return [];
    if (!service.namespace.host && service.others.length > 0) return [];
    if (service.namespace.host && explainedByPublishing(evidence)) return [];
    const where = evidence.scene.nameOf(service.namespace);
    return [
      blocker({
        cause: 'not-listening',
        summary: `Nothing in ${where} listens on ${service.protocol} port ${service.port}: packets from ${fromName(evidence)} arrive there and are refused.`,
        evidence: socketEvidence(evidence, service),
        fix: [],
      }),
    ];
  },
};

/** Whether a container publishes this port elsewhere, or listens on it unpublished. */
export function explainedByPublishing(evidence: Evidence): boolean {
  const { service } = evidence;
  if (service === null) return false;
  const elsewhere = publishers(evidence, service).some(
    ({ published }) => !covers(published, service.address),
  );
  return elsewhere || unpublished(evidence, service).length > 0;
}

/** Whether a port that is published on `hostAddress` is served at this address of the host. */
export function covers({ hostAddress }: { readonly hostAddress: string }, address: string): boolean {
  const every = address.includes(':') ? ['::'] : ['0.0.0.0', ''];
  return every.includes(hostAddress) || hostAddress === address;
}

export function publishers({ scene }: Evidence, { port, protocol }: Service) {
  return scene.snapshot.containers.flatMap((container) =>
    container.published
      .filter((one) => one.hostPort === port && one.protocol === protocol)
      .map((published) => ({ container, published })),
  );
}

/** Containers that listen on the port and do not publish it. */
export function unpublished(evidence: Evidence, { port, protocol, namespace }: Service) {
  const { scene } = evidence;
  const meant = targetContainer(evidence);
  return scene.snapshot.containers.filter((container) => {
    const own = container.namespace === undefined ? undefined : scene.namespace(container.namespace);
    if (
      own === undefined ||
      own.id === namespace.id ||
      (meant !== null && meant !== container && meant.namespace !== namespace.id)
    )
      return false;
    return own.listeners.some(
      (one) => one.port === port && one.protocol === protocol && !isLoopback(one.address),
    );
  });
}
