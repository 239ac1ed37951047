/** The network does not let its containers talk to each other. */
import { word } from '../text.ts';
import { type Cause, pages } from './cause.ts';
import { sourceContainer, targetContainer } from './networks.ts';
import { ruleFindings } from './rule-findings.ts';

export const iccDisabled: Cause = {
  id: 'icc-disabled',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'icc-disabled',
      because: ({ in: bridge }) =>
        `: network ${evidence.scene.networkOfBridge(bridge ?? '')?.name ?? bridge} was made with enable_icc=false`,
      evidence: ({ in: bridge }) => {
        const name = evidence.scene.networkOfBridge(bridge ?? '')?.name ?? '';
        return [
          {
            kind: 'engine',
            where: 'host',
            text: `network ${name}: com.docker.network.bridge.enable_icc=false`,
          },
        ];
      },
      fix: () => {
        const names = [sourceContainer(evidence), targetContainer(evidence)].flatMap((one) =>
          one === null ? [] : [one.name],
        );
        return [
          'docker network create open',
          ...names.map((name) => `docker network connect open ${word(name)}`),
        ];
      },
      link: pages.bridge,
    }),
};
