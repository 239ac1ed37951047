/** What keeps frames from passing a bridge port that is up: its state, its flags, the bridge's forwarding database. */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import type { Place, Scene } from './scene.ts';
import { neighbourQueries } from './text.ts';

export interface Obstacle {
  readonly why: string;
  /** A command, for the port's namespace. */
  readonly fix: string;
}

interface Use {
  /** The address of the interface behind the port. */
  readonly mac: string;
  readonly side: 'sends' | 'receives';
  /** The network address that frames to it are for. */
  readonly address: string;
  /** Who asks for its MAC address. */
  readonly asker: NamespaceState | null;
}

export function obstacleAt(
  { namespace, link }: Place,
  bridge: LinkState,
  { mac, side, address, asker }: Use,
): Obstacle | null {
  const { port = {}, name } = link;
  const { state } = port;
  const set = (what: string) => `bridge link set dev ${name} ${what}`;
  if (typeof state === 'string' && state !== 'forwarding')
    return { why: `port state ${state}`, fix: set('state 3') };
  const entry = namespace.fdb.find((one) => one.mac === mac && one.master === bridge.index);
  if (side === 'sends') {
    // br_handle_frame_finish: a locked port takes frames of addresses that the database has behind it.
    return isOn(port.locked) && entry?.interfaceIndex !== link.index
      ? { why: `the port is locked, and the FDB does not have ${mac} behind it`, fix: set('locked off') }
      : null;
  }
  if (entry !== undefined && entry.interfaceIndex !== link.index && isFixed(entry.state)) {
    return {
      why: `the FDB of ${bridge.name} leads ${mac} to ${entry.interface}`,
      fix: `bridge fdb delete ${mac} dev ${entry.interface} master`,
    };
  }
  if (entry === undefined && isOff(port.flood) && isOff(port.learning))
    return {
      why: `flood and learning are off, and the FDB does not have ${mac}`,
      fix: set('flood on learning on'),
    };
  // Neighbour solicitations are multicast (RFC 4861 section 2.3).
  const flood = address.includes(':') ? 'mcast_flood' : 'bcast_flood';
  if (isOff(port[flood]) && !isKnown(asker, address))
    return {
      why: `${flood} is off: ${neighbourQueries(address)} do not get there`,
      fix: set(`${flood} on`),
    };
  return null;
}

/** A static entry that leads the frames for an address back to the port that they came in by, though its owner is elsewhere. */
export function strayFrames(
  scene: Scene,
  namespace: Place['namespace'],
  device: string | null,
  address: string,
): (Obstacle & { readonly place: Place; readonly of: string }) | null {
  const came = device === null ? undefined : scene.linkNamed(namespace, device);
  for (const owner of scene.owners(address)) {
    const port = scene.peer(owner);
    const bridge = scene.link(namespace, came?.master);
    if (port?.namespace.id !== namespace.id || came === undefined || bridge === undefined) continue;
    if (port.link.index === came.index || port.link.master !== bridge.index) continue;
    const use = { mac: owner.link.mac, side: 'receives', address, asker: null } as const;
    const found = obstacleAt(port, bridge, use);
    if (found !== null) return { ...found, place: port, of: scene.nameOf(owner.namespace) };
  }
  return null;
}

/** Whether it has a neighbour entry for the address that can be used without asking. */
function isKnown(asker: NamespaceState | null, address: string): boolean {
  return (asker?.neighbours ?? []).some(
    (one) => one.address === address && /^(REACHABLE|STALE|DELAY|PERMANENT)$/.test(one.state),
  );
}

/** What the bridge learned it corrects with the next frame; what was set stays. */
function isFixed(state: string): boolean {
  return /static|permanent|noarp/i.test(state);
}

export function isOn(value: unknown): boolean {
  return value === true || value === 1;
}

function isOff(value: unknown): boolean {
  return value === false || value === 0;
}

/** The sysctl by which the owner of an address answers no ARP request (8: arp_ignore in ip-sysctl.rst). */
export function arpIgnoredBy({ namespace, link }: Place): string | null {
  const names = ['all', link.name].map((one) => `net.ipv4.conf.${one}.arp_ignore`);
  return names.find((name) => namespace.sysctls[name] === '8') ?? null;
}

/** Disciplines that every link has unless somebody chose another. */
const usualQueues = /^(noqueue|mq|fq_codel|fq|pfifo_fast|pfifo|noop|cake)$/;

/** The queueing discipline at a link's root, where somebody chose it. */
export function oddQueue({ qdisc }: LinkState): string | null {
  return qdisc === undefined || usualQueues.test(qdisc) ? null : qdisc;
}
