/** Traffic by which hosts keep their links going: there is much of it on every segment, and seldom what one looks for. */
import type { FlowBrief } from './model.ts';

/**
 * Whether a flow is multicast or broadcast (router and neighbour solicitations, MLD, IGMP, mDNS, DHCP), or what
 * answers it between link-local addresses. TCP never is: two ends that chose each other talk there.
 */
export function isHousekeeping({ protocol, source, destination }: FlowBrief): boolean {
  if (protocol === 'tcp') return false;
  if (isGroup(destination.address)) return true;
  return isLinkLocal(source.address) && isLinkLocal(destination.address);
}

/** 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291), and the limited broadcast address (RFC 919). */
function isGroup(address: string): boolean {
  if (address.includes(':')) return /^ff[0-9a-f]{2}:/i.test(address);
  const first = Number.parseInt(address, 10);
  return (first >= 224 && first < 240) || address === '255.255.255.255';
}

/**
 * fe80::/10, or the unspecified address of one that has none yet (RFC 4862). IPv4's 169.254.0.0/16 is left out: the
 * metadata services of clouds are there.
 */
function isLinkLocal(address: string): boolean {
  return address === '::' || /^fe[89ab][0-9a-f]:/i.test(address);
}
