/** Docker's overlay networks: a hidden namespace with a bridge and a VXLAN, and VTEPs on other hosts. */
import type { Bridge, Link } from '../model.ts';
import type { System, SystemRemote } from './model.ts';
import { found, type Place, type Recogniser, type Scene, some, unique } from './scene.ts';

export const dockerOverlays: Recogniser = (scene) =>
  scene.places
    .filter(({ namespace }) => namespace.kind === 'docker-overlay')
    .flatMap((place): System[] => {
      const vxlans = place.namespace.links.filter(({ kind }) => kind === 'vxlan');
      // A load balancer's sandbox (lb_...) has no VXLAN of its own.
      return vxlans.length === 0 ? [] : [overlay(place, vxlans, scene)];
    });

function overlay(place: Place, vxlans: readonly Link[], scene: Scene): System {
  const { namespace } = place;
  const bridges = scene.bridges.filter((bridge) => bridge.namespace === namespace.name);
  const network = bridges.find((bridge) => bridge.network !== null)?.network ?? null;
  const remotes = remotesOf(place, vxlans);
  const vteps = unique(remotes.map(({ host }) => host));
  return found('docker-overlay', network ?? namespace.name, namespace.name, {
    evidence: [
      `${namespace.names.join(', ')} is a namespace that the engine keeps for an overlay network`,
      ...vxlans.map(
        ({ name, details, master }) =>
          `${name} is VXLAN ${String(details.id)}${typeof details.port === 'number' ? ` on port ${details.port}` : ''}${master === null ? '' : `, a port of ${master.name}`}`,
      ),
      ...(network === null ? [] : [`the network is ${network}`]),
      vteps.length === 0 ? 'its forwarding table names no other host' : `its VTEPs are ${some(vteps)}`,
    ],
    links: namespace.links
      .filter(({ kind }) => kind !== 'loopback')
      .map(({ name, index }) => ({ namespace: namespace.name, name, index })),
    containers: unique(bridges.flatMap(({ members }) => members.flatMap(({ containers }) => containers))),
    remotes,
    ways: bridges.flatMap((bridge) => waysThrough(bridge, vxlans, scene)),
  });
}

/** container:eth0, the port, the bridge, the VXLAN, its lower device. */
function waysThrough(bridge: Bridge, vxlans: readonly Link[], scene: Scene): readonly (readonly string[])[] {
  const tail = vxlans
    .filter(({ master }) => master?.index === bridge.index)
    .flatMap((vxlan) => {
      const lower = scene.linkAt(vxlan.parent);
      return [
        `${bridge.namespace}:${vxlan.name}`,
        ...(lower === undefined ? [] : [`${lower.place.namespace.name}:${lower.link.name}`]),
      ];
    });
  return bridge.members.flatMap(({ name, peer }) =>
    peer === null
      ? []
      : [
          [
            `${peer.namespace}:${peer.name}`,
            `${bridge.namespace}:${name}`,
            `${bridge.namespace}:${bridge.name}`,
            ...tail,
          ],
        ],
  );
}

/** Forwarding entries of VXLANs, with the address that the neighbour table has for the MAC address. */
export function remotesOf({ state }: Place, vxlans: readonly Link[]): readonly SystemRemote[] {
  const indexes = new Set(vxlans.map(({ index }) => index));
  const addresses = new Map(state.neighbours.map(({ mac, address }) => [mac, address]));
  return state.fdb.flatMap(({ interfaceIndex, mac, destination }): SystemRemote[] =>
    destination === undefined || !indexes.has(interfaceIndex)
      ? []
      : [{ host: destination, behind: addresses.get(mac) ?? mac, by: 'fdb' }],
  );
}
