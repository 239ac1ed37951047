/** A backend's rules could not be read: they are not known, which is not the same as none. */
import type { Finding } from '../model.ts';
import type { Cause } from './cause.ts';

export const rulesetUnreadable: Cause = {
  id: 'ruleset-unreadable',
  find: ({ scene, forward }) => {
    const visited = new Set(forward.flatMap(({ visits }) => visits.map(({ namespace }) => namespace)));
    return [...visited].flatMap((namespace) =>
      namespace.rulesets.flatMap(({ backend, family, error }): Finding[] =>
        error === undefined
          ? []
          : [
              {
                cause: 'ruleset-unreadable',
                severity: 'warning',
                confidence: 'certain',
                summary: `The ${backend} rules (${family}) of ${scene.nameOf(namespace)} could not be read, so what they do to this connection is not known.`,
                evidence: [{ kind: 'rule', where: scene.nameOf(namespace), text: error }],
                fix: [],
              },
            ],
      ),
    );
  },
};
