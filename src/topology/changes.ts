/** What came, went or changed between two looks at a host. */
import { type Fact, type FactKind, factsOf } from './facts.ts';
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

/** Nothing for topologies that say the same; what went first, then what changed, then what came. */
export function topologyChanges(before: Topology, after: Topology): readonly TopologyChange[] {
  const old = factsOf(before);
  const now = factsOf(after);
  const found: { readonly fact: Fact; readonly how: TopologyChange['how']; readonly text: string }[] = [];
  for (const fact of old.values()) {
    if (!now.has(fact.key)) found.push({ fact, how: 'went', text: textOf(fact, 'went') });
  }
  for (const fact of now.values()) {
    const was = old.get(fact.key);
    const text = was === undefined ? null : difference(was, fact);
    if (text !== null) found.push({ fact, how: 'changed', text });
  }
  for (const fact of now.values()) {
    if (!old.has(fact.key))
      found.push({ fact, how: 'came', text: renamed(fact, old) ?? textOf(fact, 'came') });
  }
  const hows = new Map(found.map(({ fact, how }) => [fact.key, { kind: fact.kind, how }]));
  return found.map(({ fact, how, text }) => ({
    ...{ kind: fact.kind, how, key: fact.key, text, subjects: fact.subjects },
    within: fact.within.find((whole) => saysAsMuch(hows.get(whole), how)) ?? null,
  }));
}

/** The changes that are not part of others, each with the subjects of all its parts. */
export function wholeChanges(changes: readonly TopologyChange[]): readonly TopologyChange[] {
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const subjects = new Map<string, Set<string>>();
  for (const change of changes) {
    let whole = change;
    while (whole.within !== null) {
      const next = byKey.get(whole.within);
      if (next === undefined) break;
      whole = next;
    }
    const all = subjects.get(whole.key) ?? new Set();
    for (const subject of change.subjects) all.add(subject);
    subjects.set(whole.key, all);
  }
  return changes.flatMap((change) =>
    change.within === null ? { ...change, subjects: [...(subjects.get(change.key) ?? [])] } : [],
  );
}

/** A container that stops takes its namespace with it; a link takes its addresses. */
function saysAsMuch(
  whole: Pick<TopologyChange, 'kind' | 'how'> | undefined,
  how: TopologyChange['how'],
): boolean {
  if (whole === undefined) return false;
  return (
    whole.how === how || whole.kind === 'container' || (whole.kind === 'namespace' && whole.how === 'changed')
  );
}

function textOf({ kind, name, state }: Fact, how: 'came' | 'went'): string {
  const { peer = '', state: current = '' } = state;
  if (kind === 'container') return how === 'went' ? `${name} was removed` : `${name} came: ${current}`;
  if (kind === 'link' && peer !== '') return `${name} ${how}, the peer of ${peer}`;
  return `${name} ${how}`;
}

/** A namespace is called after its first container: where that one stops, after the next. */
function renamed({ kind, name, state }: Fact, old: ReadonlyMap<string, Fact>): string | null {
  if (kind !== 'namespace') return null;
  for (const was of old.values()) {
    if (was.kind === 'namespace' && was.state.id === state.id) return `${name} was ${was.name} before`;
  }
  return null;
}

/** What is different, in words; null for nothing. */
function difference(was: Fact, now: Fact): string | null {
  if (now.kind === 'container') return containerDifference(was, now);
  if (now.kind === 'namespace') {
    return was.state.id === now.state.id ? null : `${now.name} is another one: ${now.state.id}`;
  }
  const parts = Object.entries(now.state).flatMap(([name, value]) => {
    const old = was.state[name] ?? '';
    if (old === value) return [];
    const label = name === 'state' ? '' : `${name} `;
    return [`${label}${value || 'none'} (was ${old || 'none'})`];
  });
  return parts.length === 0 ? null : `${now.name}: ${parts.join(', ')}`;
}

function containerDifference(was: Fact, now: Fact): string | null {
  const { state = '', mode = '', namespace, networks = '' } = now.state;
  const parts: string[] = [];
  if (was.state.state !== state) parts.push(`${state} (was ${was.state.state})`);
  else if (was.state.namespace !== namespace) {
    // One that shares another's namespace need not have restarted itself.
    parts.push(mode.startsWith('container:') ? 'in another namespace' : 'restarted');
  }
  if (was.state.networks !== networks) {
    parts.push(`networks ${networks || 'none'} (was ${was.state.networks || 'none'})`);
  }
  return parts.length === 0 ? null : `${now.name}: ${parts.join(', ')}`;
}
