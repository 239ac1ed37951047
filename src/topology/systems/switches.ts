/** Bridges of Open vSwitch as its database has them, joined with the links that the kernel has. */
import type { SwitchBridge } from '../../snapshot/schema.ts';
import type { Link } from '../model.ts';
import type { Place, Scene } from './scene.ts';

type SwitchPort = SwitchBridge['ports'][number];
type SwitchInterface = SwitchPort['interfaces'][number];

export interface SwitchTunnel {
  readonly bridge: string;
  readonly name: string;
  readonly type: string;
  readonly options: SwitchInterface['options'];
  /** The kernel's device for all tunnels of this type and port. */
  readonly device: string | undefined;
}

export interface Switches {
  readonly bridges: readonly SwitchBridge[];
  /** The bridge and the port that a link, by its name, is on; the port of a bridge itself is none. */
  portOf(link: string): { readonly bridge: string; readonly port: SwitchPort } | undefined;
  readonly tunnels: readonly SwitchTunnel[];
  readonly patches: readonly { readonly bridge: string; readonly port: SwitchPort; readonly to: string }[];
  /** Names of what follows a bridge on each way out: over patch ports to other bridges, their tunnels and uplinks. */
  waysFrom(bridge: string): readonly (readonly string[])[];
}

export function switchesOf({ snapshot }: Pick<Scene, 'snapshot'>, { namespace }: Place): Switches {
  const bridges = snapshot.switches ?? [];
  const all = bridges.flatMap(({ name, ports }) =>
    ports.flatMap((port) => port.interfaces.map((one) => ({ bridge: name, port, one }))),
  );
  const byName = new Map(all.map((entry) => [entry.one.name, entry]));
  const links = new Map(namespace.links.map((link) => [link.name, link]));
  const tunnels = all.flatMap(({ bridge, one: { name, type, options } }) =>
    options.remote_ip === undefined
      ? []
      : [{ bridge, name, type, options, device: deviceOf(type, options, links) }],
  );
  const patches = all.flatMap(({ bridge, port, one }) => {
    const to = one.type === 'patch' ? byName.get(one.options.peer ?? '')?.bridge : undefined;
    return to === undefined ? [] : [{ bridge, port, to }];
  });
  const uplinks = (bridge: string) =>
    all.flatMap(({ bridge: of, one }) => {
      const link = one.type === '' ? links.get(one.name) : undefined;
      return of === bridge && link !== undefined && !['veth', 'tun', 'openvswitch'].includes(link.kind)
        ? [link.name]
        : [];
    });
  // Each bridge once, by the shortest way: patches may join them in circles.
  const waysFrom = (start: string): readonly (readonly string[])[] => {
    const reached = new Map<string, readonly string[]>([[start, []]]);
    const ways: (readonly string[])[] = [];
    // A map goes on through what is added to it meanwhile.
    for (const [bridge, passed] of reached) {
      const ends = new Set([
        ...uplinks(bridge),
        ...tunnels.flatMap((one) => (one.bridge === bridge ? [one.device ?? one.name] : [])),
      ]);
      ways.push(...[...ends].map((end) => [...passed, end]));
      for (const patch of patches)
        if (patch.bridge === bridge && !reached.has(patch.to)) reached.set(patch.to, [...passed, patch.to]);
    }
    return ways.length === 0 ? [[]] : ways;
  };
  return {
    bridges,
    portOf: (link) => {
      const entry = byName.get(link);
      return entry === undefined || entry.bridge === link ? undefined : entry;
    },
    tunnels,
    patches,
    waysFrom,
  };
}

/** `VLAN 1`, `trunk of VLANs 5, 6`; nothing where a port takes frames as they are. */
export function vlanOf({ tag, trunks }: SwitchPort): string {
  if (tag !== undefined) return `VLAN ${tag}`;
  return trunks === undefined ? '' : `trunk of VLANs ${trunks.join(', ')}`;
}

/** Names and default ports (lib/dpif-netlink-rtnl.c, lib/tnl-ports.c of Open vSwitch; RFC 7348, RFC 8926). */
const devices: Readonly<Record<string, readonly [prefix: string, port: string]>> = {
  vxlan: ['vxlan_sys_', '4789'],
  geneve: ['genev_sys_', '6081'],
  stt: ['stt_sys_', '7471'],
};

function deviceOf(
  type: string,
  options: SwitchInterface['options'],
  links: ReadonlyMap<string, Link>,
): string | undefined {
  const [prefix, port] = devices[type] ?? [];
  const name = prefix === undefined ? `${type}_sys` : `${prefix}${options.dst_port ?? port}`;
  return links.has(name) ? name : undefined;
}
