/** Virtual machines by their taps: libvirt's own bridges, and taps of KVM on any other bridge. */
import type { Link } from '../model.ts';
import type { System } from './model.ts';
import { chainsLike, found, holdersOf, type Recogniser, some } from './scene.ts';

export const virtualMachines: Recogniser = ({ places, bridgesByNamespace: bridges }) =>
  places.flatMap(({ namespace, state }) => {
    const own = bridges.get(namespace.name) ?? [];
    const chains = own.length === 0 ? [] : chainsLike(state, /^LIBVIRT_/);
    return own.flatMap((bridge): System[] => {
      // Neutron's bridges and Open vSwitch have systems of their own.
      if (/^(qbr|brq|ovs-system)/.test(bridge.name)) return [];
      const taps = namespace.links.filter((link) => isTap(link) && link.master?.index === bridge.index);
      const isLibvirt = /^virbr\d+$/.test(bridge.name);
      if (taps.length === 0 && !isLibvirt) return [];
      return [
        found(isLibvirt ? 'libvirt' : 'kvm', bridge.name, namespace.name, {
          evidence: [
            ...(isLibvirt
              ? [`${bridge.name} ${bridge.addresses.join(' ')} is the bridge of a libvirt network`]
              : []),
            ...(isLibvirt && chains.length > 0 ? [`chains ${some(chains, 4)}`] : []),
            ...taps.map((tap) => `${tap.name} is a tap${machine(tap)} on ${bridge.name}${heldBy(tap)}`),
            ...(taps.length === 0 ? ['no machine is on it'] : []),
          ],
          links: [
            { namespace: namespace.name, name: bridge.name, index: bridge.index },
            ...taps.map(({ name, index }) => ({ namespace: namespace.name, name, index })),
          ],
          ways: taps.map(({ name }) => [`${namespace.name}:${name}`, `${namespace.name}:${bridge.name}`]),
        }),
      ];
    });
  });

function isTap({ kind, details, name }: Link): boolean {
  return (kind === 'tun' && details.type === 'tap') || (kind === 'macvtap' && /^macvtap|^vnet/.test(name));
}

function machine({ details }: Link): string {
  return typeof details.machine === 'string' ? ` of the machine ${details.machine}` : '';
}

function heldBy(tap: Link): string {
  const names = holdersOf(tap);
  return names.length === 0 ? '' : `, held by ${some(names)}`;
}
