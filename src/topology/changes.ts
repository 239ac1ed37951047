/** What came, went or changed between two looks at a host. */
import { changeText } from './change-words.ts';
import { type Fact, type FactKind, factsOf } from './facts.ts';
import { linkKey } from './keys.ts';
import type { Topology } from './model.ts';

export interface TopologyChange {
  readonly kind: FactKind;
  readonly how: 'came' | 'went' | 'changed';
  /** Fact.key: the keys of the first topology without those that went, and with those that came, are the second's. */
  readonly key: string;
  /** One line. */
  readonly text: string;
  /** Key of another of these changes that says as much: the link's that an address went with. */
  readonly within: string | null;
  /** Keys (keys.ts) of the namespaces and links concerned. */
  readonly subjects: readonly string[];
}

/** A fact that is not what it was: one of the two is missing where it came or went. */
export type Difference =
  | { readonly how: 'came'; readonly was: null; readonly now: Fact }
  | { readonly how: 'went'; readonly was: Fact; readonly now: null }
  | { readonly how: 'changed'; readonly was: Fact; readonly now: Fact };

/** Nothing for topologies that say the same; what went first, then what changed, then what came. */
export function topologyChanges(before: Topology, after: Topology): readonly TopologyChange[] {
  const old = factsOf(before);
  const now = factsOf(after);
  const found: Difference[] = [];
  for (const fact of old.values()) {
    if (!now.has(fact.key)) found.push({ how: 'went', was: fact, now: null });
  }
  for (const fact of now.values()) {
    const was = old.get(fact.key);
    if (was !== undefined && isOther(was, fact)) found.push({ how: 'changed', was, now: fact });
  }
  for (const fact of now.values()) {
    if (!old.has(fact.key)) found.push({ how: 'came', was: null, now: fact });
  }
  const byKey = new Map(found.map((one) => [keyOf(one), one]));
  const movedPorts = portMoves(found);
  const moved = movedLinks(found);
  return found.map((one) => {
    const { kind, key, subjects } = one.now ?? one.was;
    const move = moved.get(key);
    const before = oldNamespace(one, old) ?? move?.was ?? null;
    return {
      ...{ kind, how: one.how, key, subjects },
      text: changeText(one, before),
      within:
        wholeOf(one, byKey, movedPorts, before) ?? (one.how === 'went' ? (move?.now.key ?? null) : null),
    };
  });
}

/** The changes that are not part of others, each with the subjects of all its parts. */
export function wholeChanges(changes: readonly TopologyChange[]): readonly TopologyChange[] {
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const subjects = new Map<string, Set<string>>();
  for (const change of changes) {
    const whole = wholeChangeOf(change, byKey);
    const all = subjects.get(whole.key) ?? new Set();
    for (const subject of change.subjects) all.add(subject);
    subjects.set(whole.key, all);
  }
  return changes.flatMap((change) =>
    change.within === null ? { ...change, subjects: [...(subjects.get(change.key) ?? [])] } : [],
  );
}

/** Parts of parts are a few deep; a limit, so that no two that name each other could hold up the screen. */
const deepest = 8;

/** @param changes by their keys. */
export function wholeChangeOf(
  change: TopologyChange,
  changes: ReadonlyMap<string, TopologyChange>,
): TopologyChange {
  let whole = change;
  for (let depth = 0; depth < deepest && whole.within !== null; depth++)
    whole = changes.get(whole.within) ?? whole;
  return whole;
}

function keyOf({ was, now }: Difference): string {
  return (now ?? was).key;
}

/** One that shares a namespace need not have restarted itself; the kind of a namespace follows from its containers. */
function isOther(was: Fact, now: Fact): boolean {
  return Object.entries(now.state).some(
    ([name, value]) => was.state[name] !== value && !(now.kind === 'namespace' && name === 'kind'),
  );
}

/** The namespace that one which came was before under another name: it is called after its first container. */
function oldNamespace({ how, now }: Difference, old: ReadonlyMap<string, Fact>): Fact | null {
  if (how !== 'came' || now?.kind !== 'namespace') return null;
  for (const was of old.values()) if (was.kind === 'namespace' && was.state.id === now.state.id) return was;
  return null;
}

interface Move {
  readonly was: Fact;
  readonly now: Fact;
}

/** Links under another name or in another namespace: by the key that came what it was, by the one that went what it is. */
function movedLinks(found: readonly Difference[]): ReadonlyMap<string, Move> {
  const gone = new Map<string, Fact | null>();
  for (const { was, how } of found) {
    if (how !== 'went' || was.identity === undefined) continue;
    // Of two with one address it cannot be told which.
    gone.set(was.identity, gone.has(was.identity) ? null : was);
  }
  const moves = new Map<string, Move>();
  for (const { now, how } of found) {
    const was = how === 'came' ? gone.get(now.identity ?? '') : undefined;
    if (how !== 'came' || was == null) continue;
    moves.set(now.key, { was, now }).set(was.key, { was, now });
    gone.set(now.identity ?? '', null);
  }
  return moves;
}

/** The ports that came to bridges or left them, by the bridge's key. */
function portMoves(found: readonly Difference[]): ReadonlyMap<string, string> {
  const moves = new Map<string, string>();
  for (const one of found) {
    const { kind, key, subjects } = one.now ?? one.was;
    const bridge = subjects[1];
    if (kind === 'member' && one.how !== 'changed' && bridge !== undefined) moves.set(bridge, key);
  }
  return moves;
}

/** The key of the change that says as much, the nearest first. */
function wholeOf(
  part: Difference,
  byKey: ReadonlyMap<string, Difference>,
  movedPorts: ReadonlyMap<string, string>,
  before: Fact | null,
): string | null {
  const fact = part.now ?? part.was;
  for (const key of fact.within) {
    const whole = byKey.get(key);
    if (whole !== undefined && saysAsMuch(whole, part)) return key;
  }
  // A bridge has the carrier of its ports.
  if (part.how === 'changed' && part.now.state.kind === 'bridge' && isCarrier(part)) {
    return movedPorts.get(fact.key) ?? null;
  }
  // What is left of a container that stopped is on its way out.
  if (before !== null && fact.state.kind === 'anonymous') {
    return before.within.find((key) => byKey.has(key)) ?? null;
  }
  return null;
}

function saysAsMuch(whole: Difference, part: Difference): boolean {
  const { kind } = whole.now ?? whole.was;
  switch (kind) {
    case 'engine':
      return whole.how === part.how;
    case 'container':
      // Its namespace, links, addresses and ports come and go with it.
      return true;
    case 'namespace':
      return whole.how === part.how || whole.how === 'changed';
    case 'link':
      return (part.now ?? part.was).kind === 'link' ? isFarEnd(whole, part) : comesWithLink(whole, part);
    default:
      return whole.how === part.how;
  }
}

/** Addresses and ports; routes go and ports stop, too, when the link, or the bridge, is only taken down. */
function comesWithLink(whole: Difference, part: Difference): boolean {
  if (whole.how !== 'changed') return whole.how === part.how;
  const { kind } = part.now ?? part.was;
  const isTold = kind === 'route' || (kind === 'member' && part.how === 'changed');
  return isTold && whole.was.state.state !== whole.now.state.state;
}

/** Of two ends of a cable, each within the other by their facts, whether `part` is the one that need not be told. */
function isFarEnd(whole: Difference, part: Difference): boolean {
  if (whole.how === 'changed') {
    // The peer went to another namespace: it is another link there, and `whole` says so.
    if (part.how !== 'changed') return whole.was.state.peer !== whole.now.state.peer;
    return isDowned(whole) && isCarrier(part);
  }
  return whole.how === part.how && isNearer(whole.now ?? whole.was, part.now ?? part.was);
}

function isNearer(one: Fact, other: Fact): boolean {
  const [oneIsHost, otherIsHost] = [one, other].map(({ key }) => key.startsWith(linkKey('host', '')));
  return oneIsHost === otherIsHost ? one.key < other.key : oneIsHost === true;
}

function isDowned({ was, now }: Difference): boolean {
  return (
    was?.state.state !== now?.state.state && (was?.state.state === 'down' || now?.state.state === 'down')
  );
}

/** Nothing changed but whether something is at the other end. */
function isCarrier({ was, now }: Difference): boolean {
  if (was === null || now === null) return false;
  return Object.entries(now.state).every(
    ([name, value]) =>
      was.state[name] === value || (name === 'state' && !isDowned({ how: 'changed', was, now })),
  );
}
