/** What is wrong with a packet's stay in a namespace besides rules: links that took their routes along, conntrack, a bare source. */
import { formatAddress } from '../netfilter/address.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import type { Passage } from './rules-walk.ts';
import { isUp, type Scene } from './scene.ts';
import type { Direction, Trouble } from './trouble.ts';
import type { WayEnd } from './way.ts';

/** Routes vanish with the link that they lead over: then the link is what is wrong. */
export function withLinksDown(
  scene: Scene,
  namespace: NamespaceState,
  { troubles }: Passage,
): readonly Trouble[] {
  const lost = troubles.find(({ kind }) => kind === 'no-route');
  if (lost?.kind !== 'no-route' || !lost.why.startsWith('no route')) return troubles;
  const down = namespace.links.find(
    (link) => link.kind !== 'loopback' && !isUp(link) && wasUsed(scene, namespace, link.mac),
  );
  if (down === undefined) return troubles;
  const of = scene.nameOf(namespace);
  const role = down.kind === 'bridge' ? 'bridge' : down.kind === 'veth' ? 'veth' : 'other';
  const { direction } = lost;
  const place = { namespace, link: down };
  return [
    ...troubles.filter((trouble) => trouble !== lost),
    { direction, namespace: of, kind: 'link-down', place, role, of: role === 'bridge' ? down.name : of },
  ];
}

/** A link that an engine gave to a container, or a bridge of an engine's network. */
function wasUsed(scene: Scene, namespace: NamespaceState, mac: string): boolean {
  const link = namespace.links.find((one) => one.mac === mac);
  if (link === undefined) return false;
  if (link.kind === 'bridge') return scene.networkOfBridge(link.name) !== undefined;
  return link.kind === 'veth' && link.master === undefined;
}

export function conntrackTrouble(
  scene: Scene,
  namespace: NamespaceState,
  direction: Direction,
): Trouble | null {
  const count = Number(namespace.sysctls['net.netfilter.nf_conntrack_count']);
  const max = Number(
    namespace.sysctls['net.netfilter.nf_conntrack_max'] ??
      scene.host?.sysctls['net.netfilter.nf_conntrack_max'],
  );
  if (!(max > 0) || !(count >= max)) return null;
  return { direction, namespace: scene.nameOf(namespace), kind: 'conntrack-full', count, max };
}

/** A container's private source address that leaves the host as it is. */
export function unmasked(
  scene: Scene,
  end: WayEnd & { kind: 'beyond' },
  inDevice: string | null,
  before: PacketSpec,
): Trouble | null {
  const { namespace, device, packet } = end;
  if (inDevice === null || !namespace.host) return null;
  const { view } = scene.evaluator(namespace);
  if (view.addressType(packet.source, null) === 'local') return null;
  const source = formatAddress(packet.source);
  if (source !== formatAddress(before.source)) return null;
  const bridge = view.bridgeOf(inDevice)?.name ?? inDevice;
  if (bridge === device) return null;
  return {
    direction: 'forward',
    namespace: scene.nameOf(namespace),
    kind: 'unmasked',
    device,
    source,
    bridge,
    in: inDevice,
  };
}
