/** Who has an address on a segment: by the links of this host, the engine's word and the neighbour tables. */
import type { Container, NamespaceState } from '../snapshot/schema.ts';
import { type Crossing, note } from './crossing.ts';
import { contains } from './prefix.ts';
import { isUp, type Place, plain, type Scene } from './scene.ts';
import type { RulePlace, Trouble } from './trouble.ts';

/** The bridge of the engine's network that a container's address belongs to. */
export function expectedBridge(scene: Scene, { namespace, link }: Place): string | null {
  const addresses = link.addresses.map(({ cidr }) => plain(cidr));
  for (const container of scene.containersIn(namespace)) {
    for (const endpoint of container.endpoints) {
      const isIt =
        endpoint.mac === link.mac ||
        addresses.includes(endpoint.address) ||
        addresses.includes(endpoint.address6);
      const network = isIt ? scene.network(endpoint.network) : undefined;
      if (network !== undefined) return scene.bridgeName(network);
    }
  }
  return null;
}

/** Who answers for an address on a bridge: links behind its ports. */
export function ownersOn(
  scene: Scene,
  bridge: Place,
  address: string,
): readonly { owner: Place; port: Place }[] {
  return scene.owners(address).flatMap((owner) => {
    if (owner.namespace.id === bridge.namespace.id) return [];
    const port = scene.peer(owner);
    return port !== null &&
      port.namespace.id === bridge.namespace.id &&
      port.link.master === bridge.link.index
      ? [{ owner, port }]
      : [];
  });
}

/** Whether the bridge has ports behind which netscope cannot look. */
export function hasUnknownPorts(scene: Scene, bridge: Place): boolean {
  return bridge.namespace.links.some(
    (link) => link.master === bridge.link.index && scene.peer({ namespace: bridge.namespace, link }) === null,
  );
}

export function hasOwner(scene: Scene, bridge: Place, address: string): boolean {
  const own = bridge.namespace.links.some(({ addresses }) =>
    addresses.some(({ cidr }) => plain(cidr) === address),
  );
  if (own || ownersOn(scene, bridge, address).length > 0 || hasUnknownPorts(scene, bridge)) return true;
  // Somebody has it whose port hangs elsewhere: what is wrong there is said there.
  return scene.owners(address).some((owner) => expectedBridge(scene, owner) === bridge.link.name);
}

export function noOwner(
  crossing: Crossing,
  from: Place,
  bridge: Place,
  address: string,
  translated: RulePlace | null,
): Trouble {
  const { scene, direction } = crossing;
  const gateway = from.namespace.routes.find((route) => route.gateway === address) !== undefined;
  const namespace = scene.nameOf(bridge.namespace);
  const subnet = from.link.addresses.find(({ cidr }) => cidr.includes(':') === address.includes(':'));
  const length = subnet?.cidr.split('/')[1] ?? '24';
  if (gateway && isGatewayOf(scene, bridge, address)) {
    const cidr = `${address}/${length}`;
    return { direction, namespace, kind: 'bridge-no-address', bridge: bridge.link.name, address, cidr };
  }
  const off = ipv6OffAt(scene, address);
  if (off !== null)
    return { direction, namespace: scene.nameOf(off.namespace), kind: 'ipv6-off', place: off };
  const neighbour = neighbourText(from.namespace, address);
  return {
    direction,
    namespace: scene.nameOf(from.namespace),
    kind: 'no-owner',
    place: from,
    address,
    gateway,
    neighbour,
    translated,
  };
}

/** The gateway that the engine gave an endpoint for packets to `destination`; null where it gave none of that family. */
export function gatewayFor(
  { gateway, gateway6 }: Container['endpoints'][number],
  destination: string,
): string | null {
  return (destination.includes(':') ? gateway6 : gateway) || null;
}

/** The gateways that the engine gave the network of a bridge; those that it chose itself only its endpoints name. */
export function gatewaysOf(scene: Scene, bridge: string): readonly string[] {
  const network = scene.networkOfBridge(bridge);
  if (network === undefined) return [];
  const given = [
    ...network.subnets.map((subnet) => subnet.gateway),
    ...scene.snapshot.containers.flatMap(({ endpoints }) =>
      endpoints.filter((one) => one.network === network.name).flatMap((one) => [one.gateway, one.gateway6]),
    ),
  ];
  return given.flatMap((one) => (one === undefined || one === '' ? [] : [one]));
}

function isGatewayOf(scene: Scene, { link }: Place, address: string): boolean {
  if (scene.networkOfBridge(link.name) === undefined) return false;
  const known = gatewaysOf(scene, link.name);
  return known.length === 0 || known.includes(address);
}

function neighbourText({ neighbours }: NamespaceState, address: string): string {
  const entry = neighbours.find((one) => one.address === address);
  return entry === undefined
    ? ''
    : `${entry.address} dev ${entry.interface} ${entry.mac ?? ''} ${entry.state}`.replace('  ', ' ');
}

/** A neighbour entry that names another MAC address than the one of the link that has the address. */
export function checkNeighbour(crossing: Crossing, from: Place, bridge: Place, address: string): void {
  const { scene, direction } = crossing;
  const hasItself = bridge.link.addresses.some(({ cidr }) => plain(cidr) === address);
  const owners = ownersOn(scene, bridge, address);
  const namespace = scene.nameOf(from.namespace);
  if (owners.length + (hasItself ? 1 : 0) > 1) {
    note(crossing, {
      direction,
      namespace,
      kind: 'duplicate',
      address,
      owners: [...(hasItself ? [bridge] : []), ...owners.map(({ owner }) => owner)],
    });
    return;
  }
  const ownerLink =
    owners[0]?.owner.link ??
    (scene.owners(address).some((one) => one.namespace === bridge.namespace) ? bridge.link : undefined);
  const entry = from.namespace.neighbours.find(
    (one) => one.address === address && one.interfaceIndex === from.link.index,
  );
  if (ownerLink === undefined || entry?.mac === undefined || ownerLink.mac === '') return;
  if (entry.mac === ownerLink.mac || ['FAILED', 'INCOMPLETE'].includes(entry.state)) return;
  const expected = ownerLink.mac;
  note(crossing, {
    direction,
    namespace,
    kind: 'neighbour-wrong',
    place: from,
    address,
    mac: entry.mac,
    expected,
    state: entry.state,
  });
}

export function hasIpv6Off({ namespace, link }: Place): boolean {
  return link.kind !== 'loopback' && namespace.sysctls[`net.ipv6.conf.${link.name}.disable_ipv6`] === '1';
}

/** The link that the engine gave the address to, where IPv6 was switched off on it. */
function ipv6OffAt(scene: Scene, address: string): Place | null {
  // Docker switches it off in networks without IPv6: that is nothing wrong with their addresses.
  const place = address.includes(':') ? endpointOf(scene, address) : null;
  return place !== null && hasIpv6Off(place) ? place : null;
}

/** A container's link that would have the address, were it up. */
export function downOwner(scene: Scene, bridge: Place, address: string): Place | null {
  const place = endpointOf(scene, address);
  return place !== null && !isUp(place.link) && place.namespace !== bridge.namespace ? place : null;
}

/** The link of a container that, by the engine's word, has the address. */
function endpointOf(scene: Scene, address: string): Place | null {
  for (const container of scene.snapshot.containers) {
    const endpoint = container.endpoints.find((one) => one.address === address || one.address6 === address);
    const namespace = container.namespace === undefined ? undefined : scene.namespace(container.namespace);
    const link = namespace?.links.find(({ mac }) => mac !== '' && mac === endpoint?.mac);
    if (namespace !== undefined && link !== undefined) return { namespace, link };
  }
  return null;
}

/** Another, wider route of the host to the same address: the engine's subnet took it over. */
export function overlapOf({ scene, direction, troubles }: Crossing, bridge: Place, address: string): void {
  const view = scene.evaluator(bridge.namespace).view;
  const network = scene.networkOfBridge(bridge.link.name);
  if (network === undefined) return;
  const other = bridge.namespace.routes.find(
    (route) =>
      route.type === 'unicast' &&
      route.table === 254 &&
      route.destination !== 'default' &&
      route.interface !== undefined &&
      route.interface !== bridge.link.name &&
      contains(route.destination, address),
  );
  if (other === undefined || view.link(other.interface ?? '') === undefined) return;
  troubles.push({
    direction,
    namespace: scene.nameOf(bridge.namespace),
    kind: 'overlap',
    bridge: bridge.link.name,
    destination: address,
    other: `${other.destination} dev ${other.interface}`,
    taker: 'network',
  });
}
