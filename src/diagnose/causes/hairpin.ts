/** A container reaches itself by its published port, and its bridge port does not send frames back. */
import { blocker, type Cause, fromName, once, pages, troublesOf } from './cause.ts';

export const hairpin: Cause = {
  id: 'hairpin',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'hairpin').map(({ namespace, port, destination }) =>
        blocker({
          cause: 'hairpin',
          summary: `${fromName(evidence)} reaches itself: its packets are translated to ${destination}, which is behind ${port}, the bridge port that they came from, and hairpin mode of that port is off.`,
          evidence: [{ kind: 'link', where: namespace, text: `${port}: hairpin off` }],
          fix: [`bridge link set dev ${port} hairpin on`],
          link: pages.publishing,
        }),
      ),
    ),
};
