/** From a host snapshot to the graph that people and programs see. Pure: the same snapshot gives the same graph. */
import type { Container, HostSnapshot, LinkState, NamespaceState } from '../snapshot/schema.ts';
import { findBridges } from './bridges.ts';
import { linkDetails, type SwitchPlace, switchPlaces } from './details.ts';
import { indexLinks, type LinksIndex, whyUnread } from './links-index.ts';
import {
  type Link,
  type Topology,
  type TopologyContainer,
  type TopologyNamespace,
  topologySchemaName,
} from './model.ts';
import { containersByNamespace, nameNamespaces, namespaceKind, podOf, serviceOf } from './naming.ts';
import { findParent } from './parents.ts';
import { findPeers, type PeerFinding } from './peers.ts';
import { publishedPorts } from './published.ts';
import { recogniseSystems } from './systems/recognise.ts';
import { sceneOf } from './systems/scene.ts';

export function buildTopology(snapshot: HostSnapshot): Topology {
  const index = indexLinks(snapshot);
  const containers = containersByNamespace(snapshot);
  const names = nameNamespaces(snapshot, containers);
  const nameOf = (id: string) => names.get(id) ?? id;
  const peers = findPeers(index, nameOf);
  const toContainer = containerBuilder(snapshot);
  const switched = switchPlaces(snapshot);
  const namespaces = snapshot.namespaces.map((namespace): TopologyNamespace => {
    const own = containers.get(namespace.id) ?? [];
    const unread = whyUnread(namespace);
    return {
      id: namespace.id,
      name: nameOf(namespace.id),
      names: namespace.names,
      kind: namespaceKind(namespace, own),
      sources: namespace.sources,
      pids: namespace.processes.map((process) => process.pid),
      ...(namespace.owner === undefined ? {} : { owner: namespace.owner }),
      ...(unread === undefined ? {} : { unread }),
      containers: own.map(toContainer),
      links: namespace.links.map((link) =>
        toLink(link, namespace, peers.get(namespace.id)?.get(link.index), index, switched),
      ),
      routes: namespace.routes.filter((route) => !isOwnRoute(route)),
      neighbours: namespace.neighbours,
      listeners: namespace.listeners,
      sysctls: namespace.sysctls,
    };
  });
  const bridges = findBridges(snapshot, namespaces);
  return {
    schema: topologySchemaName,
    host: {
      hostname: snapshot.host.hostname,
      kernel: snapshot.host.kernel,
      engines: snapshot.host.engines.map(({ kind, version }) => ({ kind, version })),
    },
    namespaces,
    bridges,
    publishedPorts: publishedPorts(snapshot),
    systems: recogniseSystems(sceneOf(snapshot, namespaces, bridges)),
    stoppedContainers: snapshot.containers
      .filter(({ namespace }) => namespace === undefined)
      .map(toContainer),
    warnings: [
      ...snapshot.warnings,
      ...snapshot.namespaces
        // Of those that could not be entered at all the snapshot's own warnings tell.
        .filter((namespace) => whyUnread(namespace) === undefined)
        .flatMap(({ id, unreadable }) => unreadable.map((why) => `${nameOf(id)}: ${why}`)),
    ],
  };
}

function containerBuilder(snapshot: HostSnapshot): (container: Container) => TopologyContainer {
  const drivers = new Map<string, string>();
  for (const { engine, id, name, driver } of snapshot.networks) {
    drivers.set(id, driver);
    drivers.set(`${engine} ${name}`, driver);
  }
  return (container) => {
    const pod = podOf(container);
    const service = serviceOf(container);
    return {
      id: container.id,
      name: container.name,
      engine: container.engine,
      state: container.state,
      networkMode: networkModeOf(container),
      networks: container.endpoints.map(({ network, networkId, address, address6 }) => ({
        name: network,
        address: address === '' ? address6 : address,
        driver: drivers.get(networkId) ?? drivers.get(`${container.engine} ${network}`) ?? '',
      })),
      ...(pod === undefined ? {} : { pod }),
      ...(service === undefined ? {} : { service }),
    };
  };
}

/**
 * What Docker calls `default` is its bridge network (api/types/container, NetworkMode), except for a task of a
 * swarm service, which is on the networks of the service.
 */
function networkModeOf({ networkMode, endpoints, labels }: Container): string {
  const mode = networkMode === 'default' ? 'bridge' : networkMode;
  if (mode !== 'bridge' || labels['com.docker.swarm.service.id'] === undefined) return mode;
  const names = endpoints.map(({ network }) => network);
  return names.includes('bridge') ? mode : (names.find((name) => name !== 'ingress') ?? names[0] ?? mode);
}

function toLink(
  link: LinkState,
  namespace: NamespaceState,
  found: PeerFinding | undefined,
  index: LinksIndex,
  switched: ReadonlyMap<string, SwitchPlace>,
): Link {
  const { parent, note } = findParent(namespace, link, index);
  const master = link.master === undefined ? undefined : index.linkAt(namespace.id, link.master);
  return {
    index: link.index,
    name: link.name,
    kind: link.kind,
    mac: link.mac,
    mtu: link.mtu,
    state: stateOf(link),
    addresses: link.addresses.map(({ cidr }) => cidr),
    peer: found?.peer ?? null,
    peerNote: found?.note ?? null,
    master: master === undefined ? null : { index: master.index, name: master.name },
    parent,
    ...(note === undefined ? {} : { parentNote: note }),
    details: linkDetails(link, namespace, switched),
  };
}

/** What the kernel keeps in table local (255) for addresses that the links have: it says nothing that they do not. */
function isOwnRoute({ table, protocol }: NamespaceState['routes'][number]): boolean {
  return table === 255 && protocol === 'kernel';
}

/** IFF_UP is the administrator's word; the operational state says whether there is a carrier (RFC 2863). */
function stateOf(link: LinkState): Link['state'] {
  if (!link.flags.includes('up')) return 'down';
  const carrier = link.operstate === 'UP' || link.operstate === 'UNKNOWN';
  return carrier && !link.flags.includes('no-carrier') ? 'up' : 'no-carrier';
}
