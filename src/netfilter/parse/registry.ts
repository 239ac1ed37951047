/** Extensions by name and family. A name may mean another extension in each family (`ah`, `LOG`). */
import type { Family } from '../address.ts';
import type { Extension, Match, Target } from '../extension.ts';
import { matches } from '../matches/index.ts';
import { protocol } from '../protocols.ts';
import { targets } from '../targets/index.ts';

function index<Instance>(
  extensions: readonly Extension<Instance>[],
): ReadonlyMap<string, Extension<Instance>> {
  const byName = new Map<string, Extension<Instance>>();
  for (const extension of extensions) {
    for (const family of extension.families) byName.set(`${family} ${extension.name}`, extension);
  }
  return byName;
}

const matchIndex = index(matches);
const targetIndex = index(targets);

/** Other names that iptables takes for a match (xtables_find_match in libxtables). */
const otherNames: Readonly<Record<string, string>> = { icmpv6: 'icmp6', 'ipv6-icmp': 'icmp6' };

export function matchNamed(name: string, family: Family): Extension<Match> | undefined {
  return matchIndex.get(`${family} ${otherNames[name] ?? name}`);
}

export function targetNamed(name: string, family: Family): Extension<Target> | undefined {
  return targetIndex.get(`${family} ${name}`);
}

const protocolMatches: Readonly<Record<number, string>> = {
  [protocol.icmp]: 'icmp',
  [protocol.tcp]: 'tcp',
  [protocol.udp]: 'udp',
  [protocol.dccp]: 'dccp',
  [protocol.esp]: 'esp',
  [protocol.ah]: 'ah',
  [protocol.icmp6]: 'icmp6',
  [protocol.ipcomp]: 'ipcomp',
  [protocol.sctp]: 'sctp',
  [protocol.mh]: 'mh',
};

/** The match that `-p PROTOCOL` brings along for an option that nothing else knows. */
export function matchOfProtocol(number: number, family: Family): Extension<Match> | undefined {
  const name = protocolMatches[number];
  return name === undefined ? undefined : matchNamed(name, family);
}
