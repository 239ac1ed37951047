/** Crossing a wire or a bridge: from a link and a next hop to the namespace and interface that the packet gets to. */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { isUp, type Place, plain, type Scene } from './scene.ts';
import type { Direction, RulePlace, Trouble } from './trouble.ts';

export interface Crossing {
  readonly scene: Scene;
  readonly direction: Direction;
  readonly troubles: Trouble[];
  /** Called for each link that the packet passes, in order. */
  readonly pass: (place: Place, what: string, trouble: Trouble | null) => void;
}

export type Arrival =
  | { readonly kind: 'namespace'; readonly namespace: NamespaceState; readonly in: string }
  | { readonly kind: 'beyond'; readonly why: string }
  | { readonly kind: 'stopped' };

export const stopped: Arrival = { kind: 'stopped' };

/** Notes what stands in the way, once. */
export function note(crossing: Crossing, trouble: Trouble): Trouble {
  crossing.troubles.push(trouble);
  return trouble;
}

/** The bridge of the engine's network that a container's address belongs to. */
export function expectedBridge(scene: Scene, { namespace, link }: Place): string | null {
  const addresses = link.addresses.map(({ cidr }) => plain(cidr));
  for (const container of scene.containersIn(namespace)) {
    for (const endpoint of container.endpoints) {
      const isIt = endpoint.mac === link.mac || addresses.includes(endpoint.address);
      const network = isIt ? scene.network(endpoint.network) : undefined;
      if (network !== undefined) return scene.bridgeName(network);
    }
  }
  return null;
}

/** From a container's link over its veth to the host's end: a bridge port, or an interface of its own. */
export function overVeth(crossing: Crossing, from: Place, nextHop: string): Arrival {
  const { scene, direction } = crossing;
  const port = scene.peer(from);
  if (port === null) return { kind: 'beyond', why: `the other end of ${from.link.name} is not on this host` };
  const of = scene.nameOf(from.namespace);
  const { namespace } = port;
  const name = scene.nameOf(namespace);
  const base = { direction, namespace: name };
  if (!isUp(port.link)) {
    crossing.pass(
      port,
      `veth of ${of}`,
      note(crossing, { ...base, kind: 'link-down', place: port, role: 'veth', of }),
    );
    return stopped;
  }
  const bridge = scene.link(namespace, port.link.master);
  const expected = expectedBridge(scene, from);
  if (bridge === undefined) {
    const ownAddress = port.link.addresses.length > 0 || expected === null;
    if (ownAddress) {
      crossing.pass(port, `veth of ${of}`, null);
      return { kind: 'namespace', namespace, in: port.link.name };
    }
  }
  if (bridge === undefined || (expected !== null && bridge.name !== expected)) {
    const actual = bridge?.name ?? null;
    const trouble = {
      ...base,
      kind: 'not-attached',
      place: port,
      expected: expected ?? '',
      actual,
      of,
    } as const;
    crossing.pass(port, `veth of ${of}`, note(crossing, trouble));
    return stopped;
  }
  const blocked = portTrouble(crossing, port, bridge, of);
  crossing.pass(port, `veth of ${of}, port of ${bridge.name}`, blocked);
  const at = { namespace, link: bridge };
  if (!isUp(bridge)) {
    const down = { ...base, kind: 'link-down', place: at, role: 'bridge', of: bridge.name } as const;
    crossing.pass(at, 'bridge', note(crossing, down));
    return stopped;
  }
  if (!hasOwner(scene, at, nextHop)) {
    const trouble = noOwner(crossing, from, at, nextHop, null);
    crossing.pass(at, 'bridge', note(crossing, trouble));
    return stopped;
  }
  checkNeighbour(crossing, from, at, nextHop);
  return { kind: 'namespace', namespace, in: port.link.name };
}

function portTrouble(crossing: Crossing, port: Place, bridge: LinkState, of: string): Trouble | null {
  const { scene, direction } = crossing;
  const state = port.link.port?.state;
  const namespace = scene.nameOf(port.namespace);
  if (typeof state !== 'string' || state === 'forwarding' || !isUp(bridge)) return null;
  return note(crossing, {
    direction,
    namespace,
    kind: 'port-blocked',
    place: port,
    of,
    why: `port state ${state}`,
    fix: `bridge link set dev ${port.link.name} state 3`,
  });
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
function hasUnknownPorts(scene: Scene, bridge: Place): boolean {
  return bridge.namespace.links.some(
    (link) => link.master === bridge.link.index && scene.peer({ namespace: bridge.namespace, link }) === null,
  );
}

function hasOwner(scene: Scene, bridge: Place, address: string): boolean {
  const own = bridge.namespace.links.some(({ addresses }) =>
    addresses.some(({ cidr }) => plain(cidr) === address),
  );
  if (own || ownersOn(scene, bridge, address).length > 0 || hasUnknownPorts(scene, bridge)) return true;
  // Somebody has it whose port hangs elsewhere: what is wrong there is said there.
  return scene.owners(address).some((owner) => expectedBridge(scene, owner) === bridge.link.name);
}

function noOwner(
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
  if (gateway && scene.networkOfBridge(bridge.link.name) !== undefined) {
    const cidr = `${address}/${length}`;
    return { direction, namespace, kind: 'bridge-no-address', bridge: bridge.link.name, address, cidr };
  }
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

function neighbourText({ neighbours }: NamespaceState, address: string): string {
  const entry = neighbours.find((one) => one.address === address);
  return entry === undefined
    ? ''
    : `${entry.address} dev ${entry.interface} ${entry.mac ?? ''} ${entry.state}`.replace('  ', ' ');
}

/** A neighbour entry that names another MAC address than the one of the link that has the address. */
function checkNeighbour(crossing: Crossing, from: Place, bridge: Place, address: string): void {
  const { scene, direction } = crossing;
  const owners = ownersOn(scene, bridge, address);
  const namespace = scene.nameOf(from.namespace);
  if (owners.length > 1) {
    note(crossing, {
      direction,
      namespace,
      kind: 'duplicate',
      address,
      owners: owners.map(({ owner }) => owner),
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

/** Out of a bridge by the port of whoever has the next hop. `from`: the port that the frame came in by, when it is bridged on. */
export function outOfBridge(
  crossing: Crossing,
  bridge: Place,
  nextHop: string,
  from: Place | null,
  translated: RulePlace | null,
): Arrival {
  const { scene, direction } = crossing;
  const name = scene.nameOf(bridge.namespace);
  const base = { direction, namespace: name };
  if (!isUp(bridge.link)) {
    const down = { ...base, kind: 'link-down', place: bridge, role: 'bridge', of: bridge.link.name } as const;
    crossing.pass(bridge, 'bridge', note(crossing, down));
    return stopped;
  }
  crossing.pass(bridge, 'bridge', null);
  const [found] = ownersOn(scene, bridge, nextHop);
  if (found === undefined) return strayed(crossing, bridge, nextHop, translated);
  const { owner, port } = found;
  const of = scene.nameOf(owner.namespace);
  if (from === null) checkNeighbour(crossing, bridge, bridge, nextHop);
  let trouble = isUp(port.link)
    ? portTrouble(crossing, port, bridge.link, of)
    : note(crossing, { ...base, kind: 'link-down', place: port, role: 'veth', of });
  if (trouble === null && from?.link.index === port.link.index && !isOn(port.link.port?.hairpin)) {
    trouble = note(crossing, { ...base, kind: 'hairpin', port: port.link.name, destination: nextHop });
  }
  if (trouble === null && from !== null && isOn(from.link.port?.isolated) && isOn(port.link.port?.isolated)) {
    const why = `it and ${from.link.name} are isolated ports`;
    const fix = `bridge link set dev ${port.link.name} isolated off`;
    trouble = note(crossing, { ...base, kind: 'port-blocked', place: port, of, why, fix });
  }
  crossing.pass(port, `veth of ${of}, port of ${bridge.link.name}`, trouble);
  return intoOwner(crossing, owner, nextHop);
}

export function intoOwner(crossing: Crossing, owner: Place, address: string): Arrival {
  const { scene, direction } = crossing;
  const of = scene.nameOf(owner.namespace);
  const base = { direction, namespace: of };
  if (!isUp(owner.link)) {
    const down = { ...base, kind: 'link-down', place: owner, role: 'veth', of } as const;
    crossing.pass(owner, `interface of ${of}`, note(crossing, down));
    return stopped;
  }
  if (owner.link.flags.includes('noarp')) {
    const silent = note(crossing, { ...base, kind: 'no-arp', place: owner, address, of });
    crossing.pass(owner, `interface of ${of}`, silent);
  } else crossing.pass(owner, `interface of ${of}`, null);
  return { kind: 'namespace', namespace: owner.namespace, in: owner.link.name };
}

/** Nobody behind the bridge has the address. */
function strayed(crossing: Crossing, bridge: Place, nextHop: string, translated: RulePlace | null): Arrival {
  const { scene, direction } = crossing;
  for (const owner of scene.owners(nextHop)) {
    const expected = expectedBridge(scene, owner);
    const port = scene.peer(owner);
    if (expected !== bridge.link.name || port === null) continue;
    const of = scene.nameOf(owner.namespace);
    const base = { direction, namespace: scene.nameOf(port.namespace), place: port, of };
    const actual = scene.link(port.namespace, port.link.master)?.name ?? null;
    const trouble: Trouble = isUp(port.link)
      ? { ...base, kind: 'not-attached', expected, actual }
      : { ...base, kind: 'link-down', role: 'veth' };
    crossing.pass(port, `veth of ${of}`, note(crossing, trouble));
    return stopped;
  }
  const down = downOwner(scene, bridge, nextHop);
  if (down !== null) {
    const of = scene.nameOf(down.namespace);
    note(crossing, { direction, namespace: of, kind: 'link-down', place: down, role: 'veth', of });
    return stopped;
  }
  if (hasUnknownPorts(scene, bridge))
    return { kind: 'beyond', why: `a port of ${bridge.link.name} leads off this host` };
  overlapOf(crossing, bridge, nextHop);
  note(crossing, noOwner(crossing, bridge, bridge, nextHop, translated));
  return stopped;
}

/** A container's link that would have the address, were it up. */
function downOwner(scene: Scene, bridge: Place, address: string): Place | null {
  for (const container of scene.snapshot.containers) {
    const endpoint = container.endpoints.find((one) => one.address === address);
    const namespace = container.namespace === undefined ? undefined : scene.namespace(container.namespace);
    const link = namespace?.links.find(({ mac }) => mac !== '' && mac === endpoint?.mac);
    if (namespace !== undefined && link !== undefined && !isUp(link) && namespace !== bridge.namespace) {
      return { namespace, link };
    }
  }
  return null;
}

/** Another, wider route of the host to the same address: the engine's subnet took it over. */
function overlapOf({ scene, direction, troubles }: Crossing, bridge: Place, address: string): void {
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
  });
}

function contains(prefix: string, address: string): boolean {
  const [network = '', length = ''] = prefix.split('/');
  if (network.includes(':') || address.includes(':')) return false;
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(length || 32));
  return Math.floor(number(network) / size) === Math.floor(number(address) / size);
}

export function isOn(value: unknown): boolean {
  return value === true || value === 1;
}
