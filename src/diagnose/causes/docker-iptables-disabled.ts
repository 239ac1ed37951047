/** The engine was told to leave iptables alone, or a network's mode says so. */
import type { Cause } from './cause.ts';
import { engineRules } from './rule-class.ts';
import { untranslated } from './untranslated.ts';

const why = 'Docker keeps no rules on this host (iptables=false, or a network without NAT)';

export const dockerIptablesDisabled: Cause = {
  id: 'docker-iptables-disabled',
  find: (evidence) =>
    engineRules(evidence.scene) === 'none' ? untranslated(evidence, 'docker-iptables-disabled', why) : [],
};
