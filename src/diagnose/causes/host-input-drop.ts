/** A rule or policy of the host's own INPUT or OUTPUT. */
import { removeRule } from '../commands.ts';
import { type Cause, pages } from './cause.ts';
import { ruleFindings } from './rule-findings.ts';

export const hostInputDrop: Cause = {
  id: 'host-input-drop',
  find: (evidence) =>
    ruleFindings(evidence, {
      cause: 'host-input-drop',
      fix: ({ rule, hook, in: input, out }) => {
        const { port } = evidence.target;
        const device =
          hook === 'input' ? (input === null ? '' : `-i ${input} `) : out === null ? '' : `-o ${out} `;
        const match =
          port === null ? '' : `-p ${evidence.target.protocol} --dport ${evidence.resolution.port ?? port} `;
        return removeRule(evidence.scene, rule, [`${device}${match}-j ACCEPT`]);
      },
      link: pages.firewall,
    }),
};
