/** Plain words for troubles, rules and commands. */
import type { EvidenceItem } from './model.ts';
import type { RulePlace, Trouble } from './trouble.ts';

/** `rule 1 of filter DOCKER-USER`, `the policy of filter FORWARD`. */
export function ruleName({ table, chain, position, backend, family }: RulePlace): string {
  const where = backend === 'nftables' ? `table ${family} ${table}, chain ${chain}` : `${table} ${chain}`;
  const tool = backend === 'iptables-legacy' ? ' (iptables-legacy)' : '';
  return position === 0 ? `the policy of ${where}${tool}` : `rule ${position} of ${where}${tool}`;
}

export function ruleEvidence(rule: RulePlace): EvidenceItem {
  const { counter, backend, family, table, chain, position } = rule;
  const during = rule.counted == null ? '' : `, ${rule.counted} more with the probe`;
  const counted = counter === null ? '' : ` (counter: ${counter.packets} packets${during})`;
  const place = position === 0 ? `${table} ${chain}` : `${table} ${chain} rule ${position}`;
  return {
    kind: 'rule',
    where: rule.namespace,
    text: `${backend} ${family} ${place}: ${rule.text}${counted}`,
  };
}

export function describeTrouble(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'rule': {
      const verb = trouble.verdict === 'drop' ? 'dropped' : 'rejected';
      return `${trouble.certain ? '' : 'may be '}${verb} by ${ruleName(trouble.rule)}: ${trouble.rule.text}`;
    }
    case 'forwarding-off':
      return `forwarding is off on ${trouble.device}`;
    case 'rp-filter':
    case 'discarded':
    case 'no-route':
      return trouble.why;
    case 'route-localnet':
      return `route_localnet is 0 on ${trouble.device}`;
    case 'hairpin':
      return `${trouble.port} does not send a frame back where it came from: hairpin mode is off`;
    case 'link-down':
      return `${trouble.place.link.name} is down`;
    case 'not-attached':
      return `${trouble.place.link.name} is ${trouble.actual === null ? 'no port of a bridge' : `a port of ${trouble.actual}`}, not of ${trouble.expected}`;
    case 'port-blocked':
      return `${trouble.place.link.name} does not forward: ${trouble.why}`;
    case 'ipv6-off':
      return `IPv6 is switched off on ${trouble.place.link.name}`;
    case 'no-owner':
      return `nobody behind ${trouble.place.link.name} has ${trouble.address}`;
    case 'bridge-no-address':
      return `${trouble.bridge} does not have ${trouble.address}`;
    case 'neighbour-wrong':
      return `${trouble.address} is ${trouble.expected}, the neighbour entry says ${trouble.mac}`;
    case 'no-arp':
      return `${trouble.place.link.name} of ${trouble.of} does not answer ARP (NOARP)`;
    case 'duplicate':
      return `${trouble.address} is on ${trouble.owners.length} links of one segment`;
    case 'mtu':
      return `${trouble.to.link.name} takes ${trouble.to.link.mtu} octets, ${trouble.from.link.name} sends up to ${trouble.from.link.mtu}`;
    case 'macvlan':
      return `${trouble.child.link.name} and its lower device ${trouble.parent.link.name} cannot talk to each other`;
    case 'overlay':
      return trouble.why;
    case 'overlap':
      return `${trouble.destination} is also behind ${trouble.other}`;
    case 'unmasked':
      return `leaves by ${trouble.device} with the private source ${trouble.source}`;
    case 'conntrack-full':
      return `${trouble.count} of ${trouble.max} conntrack entries`;
  }
}

/** A word of a shell command, quoted where it needs to be. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What asks for the MAC address of an address: ARP (RFC 826), or IPv6 neighbour discovery (RFC 4861). */
export function neighbourQueries(address: string): string {
  return address.includes(':') ? 'neighbour solicitations' : 'ARP requests';
}
