/**
 * The attempt failed on this host and the state does not say why: what the kernel counted meanwhile, and where the
 * packets were last seen, say which part of the catalogue it belongs to. Asked once no cause has found what blocks.
 */
import type { NamespaceState } from '../../snapshot/schema.ts';
import { countedStoppers, gotThrough, movedIn, uncountedStoppers } from '../aftermath.ts';
import { enter, removeRule } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem, Finding } from '../model.ts';
import { oddQueue } from '../port-obstacles.ts';
import type { Place } from '../scene.ts';
import { type Loss, ledElsewhere, lossOf } from '../sightings.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import type { RulePlace } from '../trouble.ts';
import { failedNeighbours, neighbourFinding } from './arp-unanswered.ts';
import { blocker, fromName, toName } from './cause.ts';
import { asksForInvalid } from './conntrack-invalid.ts';
import { causeOfPlace } from './rule-class.ts';

export function unexplained(evidence: Evidence): readonly Finding[] {
  const { probe, target } = evidence;
  if (probe === null || gotThrough(probe)) return [];
  const loss = lossOf(evidence);
  // A datagram that arrived need not be answered.
  if (target.protocol === 'udp' && (loss === null || loss.what === 'silence')) return [];
  const found = [
    ...countedRules(evidence),
    ...blockedByPolicy(evidence),
    // Requests that were lost on the way say where; nobody can answer them.
    ...(isLostOnTheWay(loss) ? [] : failedNeighbours(evidence)).map((one) => neighbourFinding(evidence, one)),
  ];
  if (found.length > 0) return found.map((one) => withItems(one, evidence, loss));
  return ledElsewhere(evidence) === null ? located(evidence, loss) : [];
}

/** ARP requests that did not get to who would answer, or whose answer a queue may have swallowed. */
function isLostOnTheWay(loss: Loss | null): boolean {
  if (loss?.what !== 'arp') return false;
  return loss.far !== null || oddQueue(loss.near.link) !== null;
}

/** Namespaces of the way, FROM's first. */
function namespacesOf({ from, forward, reply }: Evidence): readonly NamespaceState[] {
  const ways = [...forward, ...(reply === null ? [] : [reply])];
  return [
    ...new Set([
      ...(from.kind === 'inside' ? [from.namespace] : []),
      ...ways.flatMap(({ places, visits }) => [...visits, ...places].map(({ namespace }) => namespace)),
    ]),
  ];
}

/** Rules of which nobody knows what they match (ARP, ebtables' own matches), and that counted what they stopped. */
function countedRules(evidence: Evidence): readonly Finding[] {
  const { scene, aftermath } = evidence;
  return countedStoppers(scene, aftermath, namespacesOf(evidence)).map((rule: RulePlace) =>
    blocker({
      cause: asksForInvalid.test(rule.text) ? 'conntrack-invalid' : causeOfPlace(scene, rule),
      summary: `In ${rule.namespace}, ${ruleName(rule)} stopped ${rule.counted} packets while ${fromName(evidence)} tried to reach ${toName(evidence)}.`,
      evidence: [ruleEvidence(rule)],
      fix: removeRule(scene, rule),
    }),
  );
}

/** Counters of xfrm_stat rise where a policy of IPsec refuses packets or finds them in clear text. */
function blockedByPolicy(evidence: Evidence): readonly Finding[] {
  const { scene, aftermath } = evidence;
  return namespacesOf(evidence).flatMap((namespace) => {
    const [first] = movedIn(scene, aftermath, namespace, 'Xfrm');
    if (first === undefined) return [];
    const where = scene.nameOf(namespace);
    return [
      blocker({
        cause: namespace.host ? 'user-rule-drop' : 'container-rule-drop',
        summary: `An IPsec policy of ${where} stops the packets between ${fromName(evidence)} and ${toName(evidence)}: ${first.name} rose by ${first.by} while the attempt was made.`,
        evidence: [{ kind: 'rule', where, text: `/proc/net/xfrm_stat: ${first.name} +${first.by}` }],
        fix: [`${enter(namespace)}ip xfrm policy`],
      }),
    ];
  });
}

function located(evidence: Evidence, loss: Loss | null): readonly Finding[] {
  const { probe, scene, from } = evidence;
  const who = `${fromName(evidence)} to ${toName(evidence)}`;
  const place = loss?.near ?? null;
  const namespace = place?.namespace ?? (from.kind === 'inside' ? from.namespace : undefined);
  const queues = [loss?.near, loss?.far].flatMap((one) => (one == null ? [] : queueText(evidence, one)));
  const near = [loss?.near, loss?.far].flatMap((one) => (one == null ? [] : [one.namespace]));
  const suspects = uncountedStoppers(scene, [...new Set(near)]);
  const [suspect] = suspects;
  const why =
    queues.length > 0
      ? ` ${queues.join(' ')}`
      : suspect !== undefined
        ? ` There ${ruleName(suspect)} of ${suspect.namespace} stops frames, and has no counter that says which.`
        : ' What netscope knows of the rules and links there does not say why: a rule, a queueing discipline (tc) or a policy that it cannot evaluate is the likeliest.';
  const said = probe?.error == null ? '' : ` (${probe.error})`;
  const text =
    loss?.text ??
    (probe?.outcome === 'refused'
      ? `The attempt of ${who} was refused, and nothing of it was seen.`
      : `No packet of ${who} was seen on any hop: ${namespace === undefined ? 'the client' : scene.nameOf(namespace)} sends none${said}.`);
  const finding = blocker({
    cause: namespace === undefined || namespace.host ? 'user-rule-drop' : 'container-rule-drop',
    summary: `${text}${why}`,
    evidence: suspects.slice(0, 3).map(ruleEvidence),
    fix:
      queues.length === 0 && suspect !== undefined
        ? removeRule(scene, suspect)
        : queueFix([loss?.near, loss?.far]),
  });
  return [withItems({ ...finding, confidence: 'possible' }, evidence, loss)];
}

function queueText({ scene }: Evidence, place: Place): readonly string[] {
  const queue = oddQueue(place.link);
  if (queue === null) return [];
  return [
    `${scene.nameOf(place.namespace)}:${place.link.name} sends through the queueing discipline ${queue}.`,
  ];
}

function queueFix(places: readonly (Place | null | undefined)[]): readonly string[] {
  return places.flatMap((place) =>
    place == null || oddQueue(place.link) === null
      ? []
      : [`${enter(place.namespace)}tc qdisc delete dev ${place.link.name} root`],
  );
}

/** The packets that show it. */
function withItems(finding: Finding, { seen, probe }: Evidence, loss: Loss | null): Finding {
  const errors = seen.filter(({ kind }) => kind === 'icmp-error');
  const shown = [...(loss?.packets ?? []).slice(0, 3), ...errors.slice(0, 2)];
  const items: EvidenceItem[] = shown.map((one) => ({
    kind: 'packet',
    where: one.interface,
    text: one.text,
  }));
  const outcome =
    probe === null
      ? ''
      : `the attempt: ${probe.error ?? probe.outcome} after ${(probe.milliseconds / 1000).toFixed(1)} s`;
  if (loss !== null && finding.evidence.length > 0)
    items.unshift({ kind: 'packet', where: loss.where, text: loss.text });
  if (items.length + finding.evidence.length === 0) items.push({ kind: 'packet', where: '', text: outcome });
  return { ...finding, evidence: [...finding.evidence, ...items] };
}
