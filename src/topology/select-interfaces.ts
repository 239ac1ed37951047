/** What `-i` means on a host: `[NS:]IFACE`, a container's name, `any`, `all`, and the default selection. */
import { exitStatus, NetscopeError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';
import type { NamespaceFinder, NamespaceMatches } from './find-namespace.ts';
import type { Link, Topology, TopologyNamespace } from './model.ts';
import { nearNames } from './near-names.ts';

export interface SelectedInterface {
  readonly namespaceId: string;
  readonly namespaceName: string;
  readonly name: string;
  readonly index: number;
  readonly state: Link['state'];
}

/** @throws NetscopeError (usage) naming near matches, when the topology has nothing of that name. */
export function selectInterfaces(
  spec: string,
  topology: Topology,
  findNamespace: NamespaceFinder,
): readonly SelectedInterface[] {
  if (spec === 'all')
    return topology.namespaces.flatMap((namespace) => namespace.links.map(selected(namespace)));
  const host = topology.namespaces.find(({ kind }) => kind === 'host');
  if (spec === 'any') return host === undefined ? [] : host.links.map(selected(host));

  const { namespace: word, iface } = split(spec);
  if (word !== null) {
    const namespace = required(findNamespace(word), spec, word, topology);
    if (iface === null || iface === 'any') return namespace.links.map(selected(namespace));
    const link = namespace.links.find((one) => isCalled(one, iface));
    if (link !== undefined) return [selected(namespace)(link)];
    throw unknownInterface(spec, iface, namespace);
  }

  const whole = findNamespace(spec);
  if (whole.found === 'one' && whole.as === 'container')
    return whole.namespace.links.map(selected(whole.namespace));
  const link = host?.links.find((one) => isCalled(one, spec));
  if (host !== undefined && link !== undefined) return [selected(host)(link)];
  const namespace = required(whole, spec, spec, topology);
  return namespace.links.map(selected(namespace));
}

/** Every bridge, every veth on the host side and every uplink. */
export function defaultInterfaces(topology: Topology): readonly SelectedInterface[] {
  return topology.namespaces.flatMap((namespace) => {
    const uplinks = namespace.kind === 'host' ? uplinkIndexes(namespace) : new Set<number>();
    return namespace.links
      .filter(
        ({ kind, index }) =>
          kind === 'bridge' || (namespace.kind === 'host' && kind === 'veth') || uplinks.has(index),
      )
      .map(selected(namespace));
  });
}

/** Interfaces by which a namespace reaches others: physical ones, and those that have a route by a gateway or for all. */
function uplinkIndexes(namespace: TopologyNamespace): ReadonlySet<number> {
  const uplinks = new Set<number>();
  for (const link of namespace.links) {
    if (link.kind === 'physical' && link.master === null) uplinks.add(link.index);
  }
  for (const route of namespace.routes) {
    if (route.destination !== 'default' || route.type !== 'unicast') continue;
    for (const hop of [route, ...(route.nexthops ?? [])]) {
      if (hop.interfaceIndex !== undefined) uplinks.add(hop.interfaceIndex);
    }
  }
  return uplinks;
}

function selected(namespace: TopologyNamespace): (link: Link) => SelectedInterface {
  return ({ name, index, state }) => ({
    namespaceId: namespace.id,
    namespaceName: namespace.name,
    name,
    index,
    state,
  });
}

/** By its name or one of its alternative names (ip-link(8), altname). */
function isCalled({ name, details }: Link, word: string): boolean {
  return name === word || (Array.isArray(details.altnames) && details.altnames.includes(word));
}

/** Interface names have no colon (dev_valid_name, net/core/dev.c); `pid:N` and `net:[N]` have one. */
function split(spec: string): { readonly namespace: string | null; readonly iface: string | null } {
  const special = /^(pid:\d+|net:\[\d+\])(?::(.*))?$/.exec(spec);
  if (special !== null) return { namespace: special[1] ?? null, iface: special[2] ?? null };
  const colon = spec.lastIndexOf(':');
  if (colon < 0) return { namespace: null, iface: spec };
  return { namespace: spec.slice(0, colon), iface: spec.slice(colon + 1) };
}

function required(
  matches: NamespaceMatches,
  spec: string,
  word: string,
  topology: Topology,
): TopologyNamespace {
  switch (matches.found) {
    case 'one':
      return matches.namespace;
    case 'several':
      throw complaint(
        spec,
        `${quoted(word)} may mean ${matches.names.map(quoted).join(' or ')}`,
        'give a longer container id, pid:N or net:[INODE]',
      );
    case 'stopped':
      throw complaint(
        spec,
        `container ${quoted(matches.container.name)} does not run (${printable(matches.container.state)}), so it has no interfaces`,
        'start it, or choose another interface',
      );
    case 'none': {
      const host = topology.namespaces.find(({ kind }) => kind === 'host');
      const candidates = [
        ...(spec === word ? (host?.links.map(({ name }) => name) ?? []) : []),
        ...topology.namespaces.flatMap(({ name, names, containers }) => [
          name,
          ...names,
          ...containers.map((container) => container.name),
        ]),
      ];
      const what = spec === word ? 'interface of the host, container or namespace' : 'container or namespace';
      throw complaint(spec, `no ${what} is called ${quoted(word)}`, suggestion(word, candidates));
    }
  }
}

function unknownInterface(spec: string, iface: string, namespace: TopologyNamespace): NetscopeError {
  const names = namespace.links.map(({ name }) => name);
  const near = nearNames(iface, names);
  const list = (near.length > 0 ? near : names.slice(0, 8)).map(quoted).join(', ');
  return complaint(
    spec,
    `${quoted(namespace.name)} has no interface ${quoted(iface)}`,
    list === '' ? 'it has no interfaces at all' : `it has ${list}`,
  );
}

function suggestion(word: string, candidates: readonly string[]): string {
  const near = nearNames(word, candidates);
  return near.length > 0
    ? `did you mean ${near.map(quoted).join(', ')}?`
    : 'see `netscope topology` for what there is';
}

function quoted(name: string): string {
  return `"${printable(name)}"`;
}

function complaint(spec: string, why: string, todo: string): NetscopeError {
  return new NetscopeError({
    tried: `capture on ${quoted(spec)}`,
    why,
    todo,
    status: exitStatus.usage,
  });
}
