/** The container is paused, exited or restarting. */
import type { Container } from '../../snapshot/schema.ts';
import { word } from '../text.ts';
import { blocker, type Cause } from './cause.ts';
import { sourceContainer, targetContainer } from './networks.ts';

export const containerNotRunning: Cause = {
  id: 'container-not-running',
  find: (evidence) => {
    const both = [targetContainer(evidence), sourceContainer(evidence)];
    const containers = both.filter((one, at): one is Container => one !== null && both.indexOf(one) === at);
    return containers
      .filter(({ state }) => state !== 'running')
      .map(({ name, state }) =>
        blocker({
          cause: 'container-not-running',
          summary: `${name} is ${state}${state === 'paused' ? ': its kernel still completes handshakes, its processes do nothing' : ''}.`,
          evidence: [{ kind: 'engine', where: 'host', text: `container ${name}: ${state}` }],
          fix: [`docker ${state === 'paused' ? 'unpause' : 'start'} ${word(name)}`],
        }),
      );
  },
};
