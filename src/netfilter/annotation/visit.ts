/** What one namespace on a connection's path did with its first packet. */
import type { Evidence, RuleReference, Translation, Verdict } from '../../flow/model.ts';
import type { ConntrackEntry } from '../../snapshot/schema.ts';
import { formatAddress, formatEnd, parseAddress, type Words } from '../address.ts';
import type { Evaluator, Walk } from '../evaluate.ts';
import { ruleReference, translationOf } from '../evaluate.ts';
import type { Change, Hit } from '../evaluation/run.ts';
import { tcpFlag } from '../packet.ts';
import type { PacketSpec } from '../packet-spec.ts';
import { protocol } from '../protocols.ts';
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
function entryFor(evaluator: Evaluator, travel: Travel, visit: Visit): ConntrackEntry | null {
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

function isSource(change: Change): boolean {
  return change.kind === 'snat' || change.kind === 'masquerade';
}

/** What the entry says that one end became; null when it shows no change of it. */
function stored(entry: ConntrackEntry, source: boolean): { from: SeenEnd; to: SeenEnd } | null {
  const { original, reply } = entry;
  const from = source
    ? { address: original.source, port: original.sourcePort ?? null }
    : { address: original.destination, port: original.destinationPort ?? null };
  const to = source
    ? { address: reply.destination, port: reply.destinationPort ?? null }
    : { address: reply.source, port: reply.sourcePort ?? null };
  return from.address === to.address && from.port === to.port ? null : { from, to };
}

interface SeenEnd {
  readonly address: string;
  readonly port: number | null;
}

function showEnd({ address, port }: SeenEnd): string {
  const words = parseAddress(address);
  return words === null ? address : formatEnd(words, port);
}

/** Whether the entry shows exactly the translation that the rules would make. */
function agrees(change: Change, entry: ConntrackEntry): boolean {
  const shown = stored(entry, isSource(change));
  if (shown === null) return false;
  if (shown.from.address !== formatAddress(change.from.address)) return false;
  if (shown.to.address !== formatAddress(change.to.address)) return false;
  const { port, ports } = change.to;
  if (isSource(change) || port === null || shown.to.port === null) return true;
  return ports === null ? shown.to.port === port : shown.to.port >= ports[0] && shown.to.port <= ports[1];
}

/** How well a walk fits what conntrack and the interfaces show; more is better. */
function agreement(walk: Walk, entry: ConntrackEntry | null, visit: Visit): number {
  let points = 0;
  if (entry !== null) {
    if (walk.verdict === 'accept') points += 4;
    for (const change of walk.changes) points += agrees(change, entry) ? 2 : -2;
    const expected = [true, false].filter((source) => stored(entry, source) !== null).length;
    if (walk.changes.length === expected) points += 1;
  }
  const last = visit.seen[visit.seen.length - 1];
  if (last !== undefined && visit.seen.length > 1) {
    if (last.tuple.destination === formatAddress(walk.packet.destination)) points += 1;
    if (last.tuple.source === formatAddress(walk.packet.source)) points += 1;
    if (walk.verdict === 'accept') points += 1;
  }
  return points;
}

function best(walks: readonly Walk[], entry: ConntrackEntry | null, visit: Visit): Walk | undefined {
  let chosen = walks[0];
  let points = chosen === undefined ? 0 : agreement(chosen, entry, visit);
  for (const walk of walks.slice(1)) {
    const own = agreement(walk, entry, visit);
    if (own > points) {
      chosen = walk;
      points = own;
    }
  }
  return chosen;
}

/** A translation as conntrack knows it, else as the packet looked on its way out, else as the rules say. */
function translate(
  change: Change,
  entry: ConntrackEntry | null,
  visit: Visit,
  name: string,
): Translation | null {
  const plain = translationOf(change, name);
  const rule = change.rule;
  if (entry !== null) {
    const shown = stored(entry, isSource(change));
    // The entry is what the kernel does; rules that say otherwise were changed since.
    if (shown === null) return null;
    const exact = agrees(change, entry);
    return {
      kind: change.kind,
      from: showEnd(shown.from),
      to: showEnd(shown.to),
      rule: rule === null || !exact ? null : ruleReference(rule, name, 'conntrack'),
    };
  }
  const last = visit.seen[visit.seen.length - 1]?.tuple;
  if (isSource(change) && last !== undefined && last.source === formatAddress(change.to.address)) {
    const port = last.sourcePort === -1 ? null : last.sourcePort;
    return { ...plain, to: formatEnd(change.to.address, port) };
  }
  return plain;
}

/** Translations that the entry shows and no rule of the dump explains. */
function unexplained(entry: ConntrackEntry, walk: Walk | undefined): readonly Translation[] {
  const list: Translation[] = [];
  for (const source of [false, true]) {
    const shown = stored(entry, source);
    if (shown === null || walk?.changes.some((change) => isSource(change) === source) === true) continue;
    list.push({
      kind: source ? 'snat' : 'dnat',
      from: showEnd(shown.from),
      to: showEnd(shown.to),
      rule: null,
    });
  }
  return list;
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
 * @param wentOn whether the connection was seen further on, or answered: then this namespace let it pass.
 */
export function annotateVisit(
  evaluator: Evaluator,
  travel: Travel,
  visit: Visit,
  wentOn: boolean,
): VisitResult {
  const entry = entryFor(evaluator, travel, visit);
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
