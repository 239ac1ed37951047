/** How what the rules would do fits what conntrack and the interfaces show, and the translations that both give. */
import type { Translation } from '../../flow/model.ts';
import type { ConntrackEntry } from '../../snapshot/schema.ts';
import { formatAddress, formatEnd, parseAddress } from '../address.ts';
import { ruleReference, translationOf, type Walk } from '../evaluate.ts';
import type { Change } from '../evaluation/run.ts';
import type { Visit } from './visits.ts';

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
export function agrees(change: Change, entry: ConntrackEntry): boolean {
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

export function best(walks: readonly Walk[], entry: ConntrackEntry | null, visit: Visit): Walk | undefined {
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
export function translate(
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
export function unexplained(entry: ConntrackEntry, walk: Walk | undefined): readonly Translation[] {
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
