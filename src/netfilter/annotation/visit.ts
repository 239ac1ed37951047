/** What one namespace on a connection's path did with its first packet. */
import type { Evidence, RuleReference, Translation, Verdict } from '../../flow/model.ts';
import type { ConntrackEntry } from '../../snapshot/schema.ts';
import { parseAddress, type Words } from '../address.ts';
import type { Evaluator, Walk } from '../evaluate.ts';
import { ruleReference } from '../evaluate.ts';
import type { Hit } from '../evaluation/run.ts';
import { tcpFlag } from '../packet.ts';
import type { PacketSpec } from '../packet-spec.ts';
import { protocol } from '../protocols.ts';
import { agrees, best, translate, unexplained } from './fit.ts';
import type { SeenTuple, Travel, Visit } from './visits.ts';

export interface VisitResult {
  readonly translations: readonly Translation[];
  readonly rules: readonly RuleReference[];
  readonly verdict: Verdict;
  readonly why: string;
}

/** Targets that matter to a person who asks what a connection met; jumps and logs do not. */
const telling: ReadonlySet<string> = new Set([
  'ACCEPT',
  'DROP',
  'REJECT',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'REDIRECT',
  'NETMAP',
  'MARK',
  'CONNMARK',
  'CT MARK',
  'PAYLOAD',
  'CT',
  'NOTRACK',
  'TPROXY',
  'QUEUE',
  'NFQUEUE',
]);

function endOf(tuple: ConntrackEntry['original']): SeenTuple {
  return {
    source: tuple.source,
    destination: tuple.destination,
    sourcePort: tuple.sourcePort ?? -1,
    destinationPort: tuple.destinationPort ?? -1,
  };
}

function turned(tuple: SeenTuple): SeenTuple {
  return {
    source: tuple.destination,
    destination: tuple.source,
    sourcePort: tuple.destinationPort,
    destinationPort: tuple.sourcePort,
  };
}

function isIcmp(number: number): boolean {
  return number === protocol.icmp || number === protocol.icmp6;
}

/** The entry of the connection, by what any interface of this namespace showed of it. */
export function entryFor(evaluator: Evaluator, travel: Travel, visit: Visit): ConntrackEntry | null {
  const { conntrack } = evaluator.view;
  if (conntrack.size === 0) return null;
  const find = (tuple: SeenTuple) =>
    conntrack.findForward(
      travel.protocol,
      tuple.source,
      tuple.destination,
      tuple.sourcePort,
      tuple.destinationPort,
    );
  for (const { tuple } of visit.seen) {
    const entry = find(tuple);
    if (entry !== null) return entry;
  }
  // Only replies were seen of it.
  for (const { tuple } of visit.seen) {
    const entry = find(turned(tuple));
    if (entry !== null) return entry;
  }
  return null;
}

function sameTuple(a: SeenTuple, b: SeenTuple): boolean {
  return (
    a.source === b.source &&
    a.destination === b.destination &&
    a.sourcePort === b.sourcePort &&
    a.destinationPort === b.destinationPort
  );
}

/** The device that leads to an address; null when it is this namespace's own or nowhere. */
function deviceTo(evaluator: Evaluator, travel: Travel, to: Words, from: Words): string | null {
  const route = evaluator.view.routing(travel.family).lookup({
    source: from,
    destination: to,
    mark: 0,
    in: '',
    protocol: travel.protocol,
    sourcePort: -1,
    destinationPort: -1,
    tos: 0,
  });
  return route?.type === 'unicast' ? (route.hops[0]?.device ?? null) : null;
}

/** The interface that the first packet came in by; null when the namespace sent it. */
function inputOf(
  evaluator: Evaluator,
  travel: Travel,
  visit: Visit,
  original: SeenTuple,
  source: Words,
  destination: Words,
): string | null {
  const { view } = evaluator;
  if (view.addressType(source, null) === 'local') return null;
  const first = visit.seen[0];
  if (first === undefined) return null;
  const onDevice = (device: string) =>
    first.interface === device || view.bridgeOf(first.interface)?.name === device;
  const back = deviceTo(evaluator, travel, source, destination);
  if (back === null || onDevice(back)) return first.interface;
  // Seen for the first time where it leaves: on the way out by the route, or translated already.
  const final = parseAddress(first.tuple.destination);
  const forth = final === null ? null : deviceTo(evaluator, travel, final, source);
  const leaving = (forth !== null && onDevice(forth)) || !sameTuple(first.tuple, original);
  return leaving ? back : first.interface;
}

function specOf(travel: Travel, tuple: SeenTuple, source: Words, destination: Words): PacketSpec {
  const icmp = isIcmp(travel.protocol);
  return {
    family: travel.family,
    protocol: travel.protocol,
    source,
    destination,
    sourcePort: icmp ? -1 : tuple.sourcePort,
    destinationPort: icmp ? -1 : tuple.destinationPort,
    icmpType: icmp ? (travel.family === 'ip' ? 8 : 128) : -1,
    icmpCode: icmp ? 0 : -1,
    icmpId: null,
    tcpFlags: travel.protocol === protocol.tcp ? tcpFlag.SYN : null,
    mark: 0,
    state: 'new',
    length: null,
    ttl: null,
    tos: null,
  };
}

function rulesOf(
  hits: readonly Hit[],
  walk: Walk,
  entry: ConntrackEntry | null,
  name: string,
): readonly RuleReference[] {
  const rules: RuleReference[] = [];
  for (const { rule, effect } of hits) {
    const target = (rule.rule.target ?? '').toUpperCase();
    // Of a verdict map, what it had for the packet: accept and drop tell something, jumps do not.
    if (!telling.has(target === 'VMAP' ? effect.toUpperCase() : target)) continue;
    const change = walk.changes.find((candidate) => candidate.rule === rule);
    const evidence: Evidence =
      change !== undefined && entry !== null && agrees(change, entry) ? 'conntrack' : 'evaluated';
    rules.push(ruleReference(rule, name, evidence));
  }
  return rules;
}

/**
 * @param entry of the connection in this namespace, by {@link entryFor}.
 * @param wentOn whether the connection was seen further on, or answered: then this namespace let it pass.
 */
export function annotateVisit(
  evaluator: Evaluator,
  travel: Travel,
  visit: Visit,
  entry: ConntrackEntry | null,
  wentOn: boolean,
): VisitResult {
  const first = visit.seen[0];
  const original = entry !== null ? endOf(entry.original) : first?.tuple;
  const source = original === undefined ? null : parseAddress(original.source);
  const destination = original === undefined ? null : parseAddress(original.destination);
  if (original === undefined || source === null || destination === null) {
    return { translations: [], rules: [], verdict: 'unknown', why: 'its addresses are not known' };
  }
  const input = inputOf(evaluator, travel, visit, original, source, destination);
  const { walks, unknown } = evaluator.walk({
    packet: specOf(travel, original, source, destination),
    in: input,
  });
  const walk = best(walks, entry, visit);
  const name = evaluator.name;
  const translations: Translation[] = [];
  for (const change of walk?.changes ?? []) {
    const translation = translate(change, entry, visit, name);
    if (translation !== null) translations.push(translation);
  }
  if (entry !== null) translations.push(...unexplained(entry, walk));
  const rules = walk === undefined ? [] : rulesOf(walk.hits, walk, entry, name);
  return { translations, rules, ...judge(walk, walks, entry !== null || wentOn, unknown, name) };
}

function judge(
  walk: Walk | undefined,
  walks: readonly Walk[],
  passed: boolean,
  unknown: readonly string[],
  name: string,
): { verdict: Verdict; why: string } {
  if (walk === undefined) return { verdict: 'unknown', why: 'its rules could not be walked' };
  // A dropped first packet leaves no entry and is seen nowhere after.
  if (passed) return { verdict: 'accept', why: '' };
  const verdicts = new Set(walks.map((one) => one.verdict));
  if (verdicts.size > 1) return { verdict: 'unknown', why: `in ${name}: ${unknown.join('; ')}` };
  switch (walk.verdict) {
    case 'accept':
      return { verdict: 'accept', why: '' };
    case 'drop':
    case 'reject':
    case 'unknown':
      return { verdict: walk.verdict, why: `in ${name}: ${walk.why}` };
    case 'discarded':
      return { verdict: 'drop', why: `in ${name}: ${walk.why}` };
  }
}
