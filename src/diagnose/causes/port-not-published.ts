/** A port of a container that is dialled at the host, and is not published. */
import { word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { publishers, silentService, socketEvidence, unpublished } from './not-listening.ts';

export const portNotPublished: Cause = {
  id: 'port-not-published',
  find: (evidence) => {
    const service = silentService(evidence);
    if (service?.namespace.host === true && publishers(evidence, service).length === 0) {
      const [server] = unpublished(evidence, service);
      if (server === undefined) return [];
      return [
        blocker({
          cause: 'port-not-published',
          summary: `Nothing on the host listens on ${service.protocol} port ${service.port}. ${server.name} does, and does not publish that port, so ${fromName(evidence)} does not reach it by ${service.address}.`,
          evidence: [
            ...socketEvidence(evidence, service),
            {
              kind: 'engine',
              where: 'host',
              text: `container ${server.name}: port ${service.port}/${service.protocol} is not published`,
            },
          ],
          fix: [`docker run --publish ${service.port}:${service.port} ${word(server.image)}`],
          link: pages.publishing,
        }),
      ];
    }
    return unpublishedTarget(evidence);
  },
};

/** A client outside that means a container by its name, where no port of the host leads to it. */
function unpublishedTarget(evidence: Parameters<Cause['find']>[0]): ReturnType<Cause['find']> {
  const { from, resolution, target } = evidence;
  const { container } = resolution;
  if (from.kind !== 'external' || container === null || resolution.published !== null || target.port === null)
    return [];
  return [
    blocker({
      cause: 'port-not-published',
      summary: `${container.name} does not publish port ${target.port}/${target.protocol}, so ${from.address} has no address of the host to reach it by.`,
      evidence: [
        {
          kind: 'engine',
          where: 'host',
          text: `container ${container.name}: ${publishedText(container.published)}`,
        },
      ],
      fix: [`docker run --publish ${target.port}:${target.port} ${word(container.image)}`],
      link: pages.publishing,
    }),
  ];
}

function publishedText(
  ports: readonly { hostAddress: string; hostPort: number; containerPort: number; protocol: string }[],
): string {
  if (ports.length === 0) return 'no port is published';
  return ports
    .map((one) => `${one.hostAddress}:${one.hostPort} to ${one.containerPort}/${one.protocol}`)
    .join(', ');
}
