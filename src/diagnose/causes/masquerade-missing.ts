/** Packets leave the host with a container's private address, though the engine keeps its rules. */
import type { Cause } from './cause.ts';
import { engineRules } from './rule-class.ts';
import { untranslated } from './untranslated.ts';

export const masqueradeMissing: Cause = {
  id: 'masquerade-missing',
  find: (evidence) =>
    engineRules(evidence.scene) === 'whole'
      ? untranslated(evidence, 'masquerade-missing', 'no MASQUERADE rule matches it')
      : [],
};
