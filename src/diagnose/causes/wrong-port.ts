/** The service listens on another port than the one that was asked for. */
import { listenerText } from '../service.ts';
import { blocker, type Cause, fromName } from './cause.ts';
import { isDialledLocalhost, silentService, socketEvidence } from './not-listening.ts';

export const wrongPort: Cause = {
  id: 'wrong-port',
  find: (evidence) => {
    const service = silentService(evidence);
    if (service === null || service.state !== 'nothing' || service.namespace.host) return [];
    const [other] = service.others;
    if (other === undefined || isDialledLocalhost(evidence, service)) return [];
    const where = evidence.scene.nameOf(service.namespace);
    const ports = [...new Set(service.others.map(({ port }) => port))].join(', ');
    const { given } = evidence.toEnd;
    const corrected = given.replace(new RegExp(`:${service.port}(?=$|/)`), `:${other.port}`);
    return [
      blocker({
        cause: 'wrong-port',
        summary: `Nothing in ${where} listens on ${service.protocol} port ${service.port}, and its service listens on ${ports}: ${listenerText(other)}. ${fromName(evidence)} asks for the wrong port, or the service has the wrong one.`,
        evidence: socketEvidence(evidence, service),
        fix: [`netscope diagnose ${evidence.fromEnd.given} ${corrected}`],
      }),
    ];
  },
};
