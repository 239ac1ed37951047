/** Which systems of container networking a thing takes part in, and who is known on a bridge. */
import type { NamespaceState } from '../../../snapshot/schema.ts';
import type { Bridge, TopologyNamespace } from '../../../topology/model.ts';
import type { System } from '../../../topology/systems/model.ts';
import { heading, paragraph } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import type { Symbols } from '../../theme.ts';

/** The systems with what proves them. */
export function systemLines(systems: readonly System[], width: number, symbols: Symbols): readonly Line[] {
  if (systems.length === 0) return [];
  return [
    ...heading('Recognised'),
    ...systems.flatMap(({ system, name, evidence, services }): Line[] => [
      [piece(system, 'accent'), piece(name === '' ? '' : ` ${name}`)],
      ...evidence.flatMap((text) => paragraph(text, width, 'faint', '  ')),
      ...services.map((service): Line => {
        const address = service.address?.includes(':') ? `[${service.address}]` : (service.address ?? '*');
        const ends = service.endpoints.map(({ address: to, port, container }) =>
          port === null ? (container ?? to) : `${container ?? to}:${port}`,
        );
        return [
          piece(`  ${address}${service.port === null ? '' : `:${service.port}`}`, 'address'),
          piece(` ${symbols.arrow} `, 'faint'),
          piece(ends.join(', ') || 'no endpoint', ends.length > 0 ? 'name' : 'bad'),
        ];
      }),
    ]),
  ];
}

/** Of the host all of them; of another namespace those that its containers or links are part of. */
export function systemsOf(systems: readonly System[], namespace: TopologyNamespace): readonly System[] {
  if (namespace.kind === 'host') return systems;
  const names = new Set(namespace.containers.map(({ name }) => name));
  return systems.filter(
    ({ containers, links }) =>
      containers.some((name) => names.has(name)) || links.some((link) => link.namespace === namespace.name),
  );
}

export function systemsOfBridge(systems: readonly System[], bridge: Bridge): readonly System[] {
  return systems.filter(({ links }) =>
    links.some(({ namespace, index }) => namespace === bridge.namespace && index === bridge.index),
  );
}

/** Multicast groups that the bridge forwards to some ports only. */
export function groupLines(groups: NamespaceState['mdb']): readonly Line[] {
  if (groups.length === 0) return [];
  return [
    ...heading(`Multicast groups ${groups.length}`),
    ...groups.map(
      ({ group, source, interface: port, vlan, state }): Line => [
        piece(`${group} ${source === undefined ? '' : `from ${source} `}`, 'address'),
        piece(`at ${port}${vlan === undefined ? '' : ` vlan ${vlan}`}, ${state}`, 'faint'),
      ],
    ),
  ];
}

/** MAC addresses that the bridge knows, and whose they are. */
export function segmentLines({ hosts = [] }: Bridge): readonly Line[] {
  if (hosts.length === 0) return [];
  return [
    ...heading(`Known on the segment ${hosts.length}`),
    ...hosts.map(
      ({ mac, port, vlan, addresses, container }): Line => [
        piece(`${mac} `),
        piece(container === null ? '' : `${container} `, 'name'),
        piece(addresses.length === 0 ? '' : `${addresses.join(' ')} `, 'address'),
        piece(port === null ? 'as a neighbour only' : `behind ${port}`, 'faint'),
        piece(vlan === null ? '' : ` vlan ${vlan}`, 'faint'),
      ],
    ),
  ];
}
