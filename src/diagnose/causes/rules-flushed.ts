/** Docker's chains, or the jumps to them, are gone while containers run. */
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem } from '../model.ts';
import { ruleEvidence } from '../text.ts';
import { blocker, type Cause, fromName, pages, toName, troublesOf } from './cause.ts';
import { publishers, silentService } from './not-listening.ts';
import { engineRules, rulesOf } from './rule-class.ts';

export const rulesFlushed: Cause = {
  id: 'rules-flushed',
  find: (evidence) => {
    if (engineRules(evidence.scene) !== 'flushed') return [];
    const hit = consequences(evidence);
    if (hit.length === 0) return [];
    return [
      blocker({
        cause: 'rules-flushed',
        summary: `The rules of Docker are gone on the host: FORWARD or PREROUTING no longer lead to its chains, or those are empty, and ${fromName(evidence)} cannot reach ${toName(evidence)} without them. Something flushed them (iptables -F, firewalld, ufw).`,
        evidence: [
          {
            kind: 'rule',
            where: 'host',
            text: 'no jump from filter FORWARD or nat PREROUTING to the chains of Docker, or no rule in filter DOCKER',
          },
          ...hit,
        ],
        fix: ['systemctl restart docker'],
        link: pages.firewall,
      }),
    ];
  },
};

function consequences(evidence: Evidence): readonly EvidenceItem[] {
  const bare = troublesOf(evidence, 'unmasked').map(({ source, device }) => ({
    kind: 'packet' as const,
    where: 'host',
    text: `leaves by ${device} with the source ${source}`,
  }));
  const silent = silentService(evidence);
  const unserved =
    silent?.namespace.host === true && publishers(evidence, silent).length > 0
      ? [{ kind: 'rule' as const, where: 'host', text: `no DNAT for the published port ${silent.port}` }]
      : [];
  return [...unserved, ...rulesOf(evidence, 'rules-flushed').map(({ rule }) => ruleEvidence(rule)), ...bare];
}
