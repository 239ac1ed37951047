/** What the findings about names have in common. */
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem } from '../model.ts';

export function dnsEvidence({ resolution, fromEnd }: Evidence): readonly EvidenceItem[] {
  const where = fromEnd.namespace ?? '';
  const servers = resolution.servers.join(', ') || 'none';
  const { answer } = resolution;
  const asked: EvidenceItem[] =
    answer === null
      ? []
      : [{ kind: 'dns', where, text: `${answer.name} asked of ${answer.server}: ${answer.text}` }];
  return [{ kind: 'dns', where, text: `resolv.conf: nameserver ${servers}` }, ...asked];
}
