/** The client dials 127.0.0.1 in its own container, where nothing listens. */
import { word } from '../text.ts';
import { blocker, type Cause, fromName, pages } from './cause.ts';
import { isDialledLocalhost, silentService, socketEvidence, unpublished } from './not-listening.ts';

export const dialledLocalhost: Cause = {
  id: 'dialled-localhost',
  find: (evidence) => {
    const service = silentService(evidence);
    if (service === null || !isDialledLocalhost(evidence, service)) return [];
    const client = fromName(evidence);
    const servers = unpublished(evidence, service);
    const [server] = servers;
    const hint =
      server === undefined ? '' : ` ${servers.map(({ name }) => name).join(', ')} listens on that port.`;
    return [
      blocker({
        cause: 'dialled-localhost',
        summary: `${client} dials ${evidence.target.name}, which is ${client} itself: nothing in that container listens on port ${service.port}. Use the name of the container that is meant.${hint}`,
        evidence: socketEvidence(evidence, service),
        fix:
          server === undefined
            ? []
            : [`netscope diagnose ${word(evidence.fromEnd.given)} ${word(server.name)}:${service.port}`],
        link: pages.networking,
      }),
    ];
  },
};
