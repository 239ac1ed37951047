/** Crossing a wire or a bridge: from a link and a next hop to the namespace and interface that the packet gets to. */
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { type Arrival, type Crossing, note, stopped } from './crossing.ts';
import {
  checkNeighbour,
  downOwner,
  expectedBridge,
  hasOwner,
  hasUnknownPorts,
  noOwner,
  overlapOf,
  ownersOn,
} from './owners.ts';
import { arpIgnoredBy, isOn, obstacleAt } from './port-obstacles.ts';
import { isUp, type Place } from './scene.ts';
import type { RulePlace, Trouble } from './trouble.ts';

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
    // Noted, and gone on as if it were up: what is wrong behind it is found as well.
    note(crossing, { ...base, kind: 'link-down', place: port, role: 'veth', of });
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
  const down = isUp(port.link) ? null : (crossing.troubles.at(-1) ?? null);
  const blocked =
    down ??
    portTrouble(crossing, port, bridge, {
      of,
      mac: from.link.mac,
      side: 'sends',
      address: nextHop,
      asker: null,
    });
  crossing.pass(port, `veth of ${of}, port of ${bridge.name}`, blocked);
  const at = { namespace, link: bridge };
  if (!isUp(bridge)) {
    const bridgeDown = { ...base, kind: 'link-down', place: at, role: 'bridge', of: bridge.name } as const;
    crossing.pass(at, 'bridge', note(crossing, bridgeDown));
  }
  if (!hasOwner(scene, at, nextHop)) {
    const trouble = noOwner(crossing, from, at, nextHop, null);
    crossing.pass(at, 'bridge', note(crossing, trouble));
    // Without the gateway's address the host would still be the gateway.
    return trouble.kind === 'bridge-no-address'
      ? { kind: 'namespace', namespace, in: port.link.name }
      : stopped;
  }
  checkNeighbour(crossing, from, at, nextHop);
  return { kind: 'namespace', namespace, in: port.link.name };
}

interface PortUse {
  readonly of: string;
  /** The address of the interface behind the port. */
  readonly mac: string;
  /** Whether frames come in from it, or go out to it. */
  readonly side: 'sends' | 'receives';
  readonly address: string;
  readonly asker: NamespaceState | null;
}

function portTrouble(crossing: Crossing, port: Place, bridge: LinkState, use: PortUse): Trouble | null {
  const { scene, direction } = crossing;
  const namespace = scene.nameOf(port.namespace);
  const found = isUp(bridge) ? obstacleAt(port, bridge, use) : null;
  if (found === null) return null;
  const { of } = use;
  return note(crossing, { direction, namespace, kind: 'port-blocked', place: port, of, ...found });
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
  } else crossing.pass(bridge, 'bridge', null);
  const [found] = ownersOn(scene, bridge, nextHop);
  if (found === undefined) return strayed(crossing, bridge, nextHop, translated);
  const { owner, port } = found;
  const of = scene.nameOf(owner.namespace);
  if (from === null) checkNeighbour(crossing, bridge, bridge, nextHop);
  let trouble = isUp(port.link)
    ? portTrouble(crossing, port, bridge.link, {
        of,
        mac: owner.link.mac,
        side: 'receives',
        address: nextHop,
        asker: from === null ? bridge.namespace : (scene.peer(from)?.namespace ?? null),
      })
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
    return { kind: 'namespace', namespace: owner.namespace, in: owner.link.name };
  }
  const ignores = address.includes(':') ? null : arpIgnoredBy(owner);
  if (owner.link.flags.includes('noarp') || ignores !== null) {
    const silent = note(crossing, { ...base, kind: 'no-arp', place: owner, address, of, ignores });
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
