/** Whose traffic a row of the topology stands for. */
import type { SessionInterface } from '../../../session/model.ts';
import type { Link, Topology, TopologyNamespace } from '../../../topology/model.ts';
import type { Scope } from '../../state/place.ts';
import { namespaceName, type TopologyRow } from './rows.ts';

/** Both ends of a veth see the same packets, and a capture is often on the other one. */
function namesOf(link: Link, namespace: string, topology: Topology): readonly string[] {
  const own = `${namespace}:${link.name}`;
  return link.peer === null
    ? [own]
    : [own, `${namespaceName(topology, link.peer.namespace)}:${link.peer.name}`];
}

/** The interfaces and containers whose flows belong to `row`. */
export function trafficOf(row: TopologyRow, topology: Topology): Scope {
  const namespace = row.namespace;
  switch (row.kind) {
    case 'link':
      return scope(namesOf(row.link, namespace.name, topology), []);
    case 'bridge':
      return scope(bridgeNames(row.bridge.index, namespace, topology), []);
    case 'namespace':
      return namespace.kind === 'host'
        ? scope(
            namespace.links.map((link) => `${namespace.name}:${link.name}`),
            [],
          )
        : scope(
            namespace.links.flatMap((link) => namesOf(link, namespace.name, topology)),
            namespace.containers.map((container) => container.name),
          );
  }
}

function bridgeNames(index: number, namespace: TopologyNamespace, topology: Topology): readonly string[] {
  const own = namespace.links.filter((link) => link.index === index || link.master?.index === index);
  return own.flatMap((link) => namesOf(link, namespace.name, topology));
}

function scope(interfaces: readonly string[], containers: readonly string[]): Scope {
  return { kind: 'links', interfaces: new Set(interfaces), containers: new Set(containers) };
}

/** What was captured on a link, on whichever of its ends; undefined where nothing listens. */
export function captureOf(
  link: Link,
  namespace: TopologyNamespace,
  topology: Topology,
  interfaces: readonly SessionInterface[],
): SessionInterface | undefined {
  for (const name of namesOf(link, namespace.name, topology)) {
    const found = interfaces.find((candidate) => `${candidate.namespace ?? ''}:${candidate.name}` === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
