/** The container is paused, exited or restarting. */
import type { Container } from '../../snapshot/schema.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { isQueueFull } from '../service.ts';
import { word } from '../text.ts';
import { blocker, type Cause } from './cause.ts';
import { sourceContainer, targetContainer } from './networks.ts';

export const containerNotRunning: Cause = {
  id: 'container-not-running',
  find: (evidence) => {
    const both = [targetContainer(evidence), sourceContainer(evidence)];
    const containers = both.filter((one, at): one is Container => one !== null && both.indexOf(one) === at);
    const engine = containers
      .filter(({ state }) => state !== 'running')
      .map(({ name, state }) =>
        blocker({
          cause: 'container-not-running',
          summary: `${name} is ${state}${state === 'paused' ? ': its kernel still completes handshakes, its processes do nothing' : ''}.`,
          evidence: [{ kind: 'engine', where: 'host', text: `container ${name}: ${state}` }],
          fix: [`docker ${state === 'paused' ? 'unpause' : 'start'} ${word(name)}`],
        }),
      );
    return engine.length > 0 ? engine : stoppedProcess(evidence);
  },
};

/** The container runs, and the process that serves does not: the kernel answers for it all the same. */
function stoppedProcess(evidence: Evidence): readonly Finding[] {
  const [process] = evidence.stopped;
  const { service, scene } = evidence;
  // A full queue is what then keeps connections from opening at all.
  if (process === undefined || service === null || isQueueFull(service)) return [];
  const where = scene.nameOf(service.namespace);
  const { pid, command } = process;
  return [
    blocker({
      cause: 'container-not-running',
      summary: `${command} (pid ${pid}) of ${where}, which listens on port ${service.port}, is stopped by a signal: the kernel still completes handshakes, the process does nothing.`,
      evidence: [{ kind: 'socket', where, text: `process ${pid} (${command}): state T (stopped)` }],
      fix: evidence.stopped.map((one) => `kill -CONT ${one.pid}`),
    }),
  ];
}
