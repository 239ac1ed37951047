/** ARP requests and neighbour solicitations that nobody answers. */
import type { UnansweredRequest } from '../../flow/neighbour-requests.ts';
import type { EvidenceItem, Finding } from '../model.ts';
import { neighbourQueries } from '../text.ts';

/** @param where the interface; @param nameOf an address as people know it. */
export function neighbourFinding(
  { asker, address, requests, firstSeen, lastSeen }: UnansweredRequest,
  where: string,
  nameOf: (address: string) => string,
): Finding {
  const queries = neighbourQueries(address);
  const evidence: EvidenceItem[] = [
    {
      kind: 'packet',
      where,
      text: `${requests} ${queries} for ${address}, ${firstSeen} to ${lastSeen}, no reply`,
    },
  ];
  return {
    cause: 'arp-unanswered',
    severity: 'warning',
    confidence: 'certain',
    summary: `Nobody answers the ${queries} of ${nameOf(asker)} for ${nameOf(address)}: no packet can be sent there.`,
    evidence,
    fix: [],
  };
}
