/** What an attempt left behind: rules that counted it, counters of the kernel that moved, neighbours that did not answer. */
import { countedBetween, ruleKey } from '../netfilter/counters.ts';
import type { Rule } from '../netfilter/model.ts';
import { namespaceTables, RulesetCache } from '../netfilter/rulesets.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import type { ProbeResult } from './evidence.ts';
import type { Scene } from './scene.ts';
import type { RulePlace, Trouble } from './trouble.ts';

export interface Aftermath {
  /** Packets that each rule counted between the readings, by {@link ruleKey}. */
  readonly counted: ReadonlyMap<string, number>;
  /** The namespaces on the way as they were afterwards, by id. */
  readonly namespaces: ReadonlyMap<string, NamespaceState>;
}

export function aftermathOf(scene: Scene, after: readonly NamespaceState[]): Aftermath {
  const cache = new RulesetCache();
  const nameOf = (id: string) => scene.nameOf({ id });
  const before = after.flatMap(({ id }) => scene.namespace(id) ?? []);
  return {
    counted: countedBetween(namespaceTables(before, nameOf, cache), namespaceTables(after, nameOf, cache)),
    namespaces: new Map(after.map((one) => [one.id, one])),
  };
}

/** Packets that a rule counted; null where it has no counter, or nobody looked again. */
export function countedBy(
  aftermath: Aftermath | null,
  rule: Omit<RulePlace, 'text' | 'counter'>,
): number | null {
  // Rules of an inet or netdev table are met as those of one family.
  for (const family of [rule.family, 'inet', 'netdev']) {
    const counted = aftermath?.counted.get(ruleKey({ ...rule, family }));
    if (counted !== undefined) return counted;
  }
  return null;
}

/** By how much a counter of the kernel moved in a namespace; 0 where nobody looked again. */
export function movedBy(
  scene: Scene,
  aftermath: Aftermath | null,
  { id }: Pick<NamespaceState, 'id'>,
  counter: string,
): number {
  const after = aftermath?.namespaces.get(id)?.counters[counter];
  return after === undefined ? 0 : after - (scene.namespace(id)?.counters[counter] ?? 0);
}

/** Counters of a group that moved: `XfrmFwdPolBlock` and by how much. */
export function movedIn(
  scene: Scene,
  aftermath: Aftermath | null,
  namespace: Pick<NamespaceState, 'id'>,
  group: string,
): readonly { readonly name: string; readonly by: number }[] {
  const names = Object.keys(aftermath?.namespaces.get(namespace.id)?.counters ?? {});
  return names
    .filter((name) => name.startsWith(`${group}.`))
    .map((name) => ({ name: name.slice(group.length + 1), by: movedBy(scene, aftermath, namespace, name) }))
    .filter(({ by }) => by > 0);
}

/** Whether the attempt got through. */
export function gotThrough(probe: ProbeResult | null): boolean {
  return probe?.outcome === 'connected' || probe?.outcome === 'answered';
}

/**
 * Rules with what they counted. Of one that nobody can evaluate from outside (a rate, a set that programs fill), the
 * counter decides: it matched the attempt, or it did not.
 */
export function withCounts(
  troubles: readonly Trouble[],
  probe: ProbeResult | null,
  aftermath: Aftermath | null,
): readonly Trouble[] {
  return troubles.flatMap((trouble): Trouble[] => {
    if (trouble.kind !== 'rule') return [trouble];
    const counted = countedBy(aftermath, trouble.rule);
    const counting = { ...trouble, rule: { ...trouble.rule, counted } };
    if (trouble.certain || probe === null) return [counting];
    if (gotThrough(probe) || counted === 0) return [];
    return [{ ...counting, certain: counted !== null }];
  });
}

const stoppers = /^(drop|reject|queue|nfqueue|tarpit)/i;

/** Rules on the way that stop packets and counted some, whatever is known of what they match. */
export function countedStoppers(
  scene: Scene,
  aftermath: Aftermath | null,
  namespaces: readonly NamespaceState[],
): readonly RulePlace[] {
  return stoppingRules(scene, aftermath, namespaces).filter(({ counted }) => counted != null && counted > 0);
}

/** Those that meet frames outside of the hooks of IP, where nobody can say whether they matched: they do not count. */
export function uncountedStoppers(scene: Scene, namespaces: readonly NamespaceState[]): readonly RulePlace[] {
  return stoppingRules(scene, null, namespaces).filter(
    ({ family, counter, hook }) =>
      counter === null && (/^(bridge|netdev|arp)$/.test(family) || /^(in|e)gress$/.test(hook)),
  );
}

function stoppingRules(
  scene: Scene,
  aftermath: Aftermath | null,
  namespaces: readonly NamespaceState[],
): readonly (RulePlace & { readonly hook: string })[] {
  return namespaces.flatMap((namespace) =>
    scene.tables(namespace).flatMap((table) =>
      table.chains.flatMap((chain) =>
        chain.rules
          .filter(({ target }) => stoppers.test(target ?? ''))
          .map((rule: Rule) => {
            const place = {
              namespace: scene.nameOf(namespace),
              namespaceId: namespace.id,
              backend: table.backend,
              family: table.family,
              table: table.name,
              chain: chain.name,
              position: rule.position,
            };
            const counted = countedBy(aftermath, place);
            return {
              ...place,
              text: rule.text,
              counter: rule.counter,
              counted,
              hook: chain.base?.hook ?? '',
            };
          }),
      ),
    ),
  );
}
