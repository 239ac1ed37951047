/** Namespaces by what people call them: names, pods, container id prefixes, `pid:N`, `net:[INODE]`. */
import type { Topology, TopologyContainer, TopologyNamespace } from './model.ts';

/** A word that names namespaces: none, one, or several that are equally meant. */
export type NamespaceMatches =
  | { readonly found: 'one'; readonly namespace: TopologyNamespace; readonly as: MatchedAs }
  | { readonly found: 'several'; readonly names: readonly string[] }
  | { readonly found: 'stopped'; readonly container: TopologyContainer }
  | { readonly found: 'none' };

type MatchedAs = 'host' | 'name' | 'container' | 'container-id' | 'bind-mount' | 'pid' | 'id';

/** Shortest container id prefix that counts as one. */
const shortestPrefix = 2;

export type NamespaceFinder = (word: string) => NamespaceMatches;

export function namespaceFinder(topology: Topology): NamespaceFinder {
  const { namespaces, stoppedContainers } = topology;
  const byId = new Map(namespaces.map((namespace) => [namespace.id, namespace]));
  const byName = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
  const byContainer = groupBy(namespaces, (namespace) => namespace.containers.map(({ name }) => name));
  const byPod = groupBy(namespaces, (namespace) => namespace.containers.flatMap(({ pod }) => pod ?? []));
  const byMount = groupBy(namespaces, (namespace) => namespace.names);
  return (word) => {
    if (word === 'host') return single(byName.get('host'), 'host');
    if (/^net:\[\d+\]$/.test(word)) return single(byId.get(word), 'id');
    const pid = /^pid:(\d+)$/.exec(word)?.[1];
    if (pid !== undefined) {
      return single(
        namespaces.find((namespace) => namespace.pids.includes(Number(pid))),
        'pid',
      );
    }
    const container = several(byContainer.get(word), 'container');
    if (container.found !== 'none') return container;
    const named = single(byName.get(word), 'name');
    if (named.found !== 'none') return named;
    const pod = several(byPod.get(word), 'container');
    if (pod.found !== 'none') return pod;
    const mounted = several(byMount.get(word), 'bind-mount');
    if (mounted.found !== 'none') return mounted;
    const prefixed = byIdPrefix(word, namespaces);
    if (prefixed.found !== 'none') return prefixed;
    const stopped = stoppedContainers.find(
      ({ name, id }) => name === word || (isPrefix(word) && id.startsWith(word)),
    );
    return stopped === undefined ? { found: 'none' } : { found: 'stopped', container: stopped };
  };
}

function isPrefix(word: string): boolean {
  return word.length >= shortestPrefix && /^[0-9a-f]+$/.test(word);
}

function byIdPrefix(word: string, namespaces: readonly TopologyNamespace[]): NamespaceMatches {
  if (!isPrefix(word)) return { found: 'none' };
  const owners = namespaces.filter(({ containers }) => containers.some(({ id }) => id.startsWith(word)));
  return several(owners, 'container-id');
}

function groupBy(
  namespaces: readonly TopologyNamespace[],
  keysOf: (namespace: TopologyNamespace) => readonly string[],
): ReadonlyMap<string, readonly TopologyNamespace[]> {
  const groups = new Map<string, TopologyNamespace[]>();
  for (const namespace of namespaces) {
    for (const key of new Set(keysOf(namespace))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [namespace]);
      else group.push(namespace);
    }
  }
  return groups;
}

function single(namespace: TopologyNamespace | undefined, as: MatchedAs): NamespaceMatches {
  return namespace === undefined ? { found: 'none' } : { found: 'one', namespace, as };
}

function several(namespaces: readonly TopologyNamespace[] | undefined, as: MatchedAs): NamespaceMatches {
  const [first, second] = namespaces ?? [];
  if (first === undefined) return { found: 'none' };
  if (second === undefined) return { found: 'one', namespace: first, as };
  return { found: 'several', names: (namespaces ?? []).map(({ name }) => name) };
}
