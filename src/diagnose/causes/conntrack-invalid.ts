/** Packets that connection tracking calls INVALID: nat leaves them as they are, and rules drop them. */
import { formatAddress } from '../../netfilter/address.ts';
import { prefixOf, removeRule } from '../commands.ts';
import { type Evidence, lastWay } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import { blocker, type Cause, fromName, once, pages, toName, troublesOf } from './cause.ts';

/** What asks for packets in state INVALID. */
export const asksForInvalid = /--(?:ct)?state (?:\w+,)*INVALID\b|\bct state (?:\{[^}]*)?invalid\b/i;
const liberal = 'net.netfilter.nf_conntrack_tcp_be_liberal';

export const conntrackInvalid: Cause = {
  id: 'conntrack-invalid',
  find: (evidence) => [...leaked(evidence), ...dropped(evidence)],
};

/** A packet on the uplink with the container's own address, though the way there translates it. */
function leaked(evidence: Evidence): readonly Finding[] {
  const { scene, seen, forward } = evidence;
  const end = lastWay(evidence)?.end;
  if (end?.kind !== 'beyond') return [];
  const visit = forward.at(-1)?.visits.at(-1);
  const isTranslated = visit?.walk.changes.some(({ kind }) => kind === 'masquerade' || kind === 'snat');
  if (visit === undefined || isTranslated !== true) return [];
  const source = formatAddress(visit.before.source);
  const place = `${scene.nameOf(end.namespace)}:${end.device}`;
  const bare = seen.filter(
    (one) => one.interface === place && one.kind !== 'syn' && addressOf(one.source) === source,
  );
  if (bare.length === 0) return [];
  return [
    {
      cause: 'conntrack-invalid',
      severity: 'warning',
      confidence: 'certain',
      summary: `${bare.length} packets of ${fromName(evidence)} to ${toName(evidence)} left by ${place} with the private address ${source}: connection tracking holds them for INVALID, and nat leaves those as they are.`,
      evidence: bare.slice(0, 3).map(({ text }) => ({ kind: 'packet' as const, where: place, text })),
      fix: ['iptables -I DOCKER-USER -m conntrack --ctstate INVALID -j DROP'],
      link: pages.firewall,
    },
  ];
}

function addressOf(end: string): string {
  return /^\[?(.*?)\]?(?::\d+)?$/.exec(end)?.[1] ?? end;
}

/** A rule that drops what is INVALID and counted packets of the attempt. */
function dropped(evidence: Evidence): readonly Finding[] {
  const { scene } = evidence;
  return once(
    troublesOf(evidence, 'rule').flatMap(({ rule, certain }): Finding[] => {
      if (!certain || !asksForInvalid.test(rule.text)) return [];
      const prefix = prefixOf(scene, rule.namespace);
      return [
        blocker({
          cause: 'conntrack-invalid',
          summary: `In ${rule.namespace}, ${ruleName(rule)} drops packets between ${fromName(evidence)} and ${toName(evidence)} that connection tracking holds for INVALID: it did not see the connection begin, or sees one direction only.`,
          evidence: [ruleEvidence(rule)],
          fix: [...removeRule(scene, rule), `${prefix}sysctl -w ${liberal}=1`],
          link: pages.firewall,
        }),
      ];
    }),
  );
}
