/** ARP requests that nobody answers. */
import type { UnansweredArp } from '../../flow/arp.ts';
import type { EvidenceItem, Finding } from '../model.ts';

/** @param where the interface; @param nameOf an address as people know it. */
export function arpFinding(
  { asker, address, requests, firstSeen, lastSeen }: UnansweredArp,
  where: string,
  nameOf: (address: string) => string,
): Finding {
  const evidence: EvidenceItem[] = [
    {
      kind: 'packet',
      where,
      text: `${requests} ARP requests for ${address}, ${firstSeen} to ${lastSeen}, no reply`,
    },
  ];
  return {
    cause: 'arp-unanswered',
    severity: 'warning',
    confidence: 'certain',
    summary: `Nobody answers the ARP requests of ${nameOf(asker)} for ${nameOf(address)}: no packet can be sent there.`,
    evidence,
    fix: [],
  };
}
