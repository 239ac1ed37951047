/** The service listens on 127.0.0.1 of its own container. */
import { listenerText } from '../service.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { isDialledLocalhost, silentService, socketEvidence } from './not-listening.ts';

export const listeningOnLoopback: Cause = {
  id: 'listening-on-loopback',
  find: (evidence) => {
    const service = silentService(evidence);
    if (service === null || service.state !== 'loopback-only' || service.listener === null) return [];
    if (isDialledLocalhost(evidence, service)) return [];
    const proxy = service.listener.processes.some(({ command }) => command.startsWith('docker-proxy'));
    if (proxy) return [];
    const where = evidence.scene.nameOf(service.namespace);
    const [process] = service.listener.processes;
    return [
      blocker({
        cause: 'listening-on-loopback',
        summary: `In ${where}, ${process?.command ?? 'the service'} listens on ${service.listener.address}:${service.port} only (${listenerText(service.listener)}), so ${fromName(evidence)}, which dials ${service.address}, is refused. It has to listen on 0.0.0.0.`,
        evidence: socketEvidence(evidence, service),
        fix: [],
      }),
    ];
  },
};
