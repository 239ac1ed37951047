/** Open vSwitch: datapaths and their ports as the kernel has them, bridges, VLANs and tunnels as its database has them. */
import type { BridgeMember, Link } from '../model.ts';
import type { System } from './model.ts';
import { found, type Place, type Recogniser, type Scene, some, unique } from './scene.ts';
import { type Switches, switchesOf, vlanOf } from './switches.ts';

/** Names that OVS gives to the kernel devices of its tunnel ports (lib/dpif-netlink-rtnl.c, vport-*.c). */
const tunnels: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^vxlan_sys_(\d+)$/, 'VXLAN'],
  [/^genev_sys_(\d+)$/, 'Geneve'],
  [/^gre_sys$/, 'GRE'],
  [/^stt_sys_(\d+)$/, 'STT'],
];

interface InternalPort {
  readonly place: Place;
  readonly link: Link;
}

export const openVswitch: Recogniser = (scene) => {
  const databased = new Set(scene.snapshot.switches?.map(({ name }) => name));
  const known = new Set(scene.snapshot.switches?.flatMap(({ ports }) => ports.map(({ name }) => name)));
  const elsewhere: InternalPort[] = [];
  const homes: Place[] = [];
  for (const place of scene.places) {
    const own = place.namespace.links.filter(({ kind }) => kind === 'openvswitch');
    // An internal port that was moved; the kernel does not say of which datapath it is.
    if (own.length > 0 && own.every(({ name }) => known.has(name) && !databased.has(name)))
      elsewhere.push(...own.map((link) => ({ place, link })));
    else if (own.length > 0) homes.push(place);
  }
  return homes.map((place) => {
    const isHome = place.namespace.links.some(({ name }) => databased.has(name));
    return switchIn(place, scene, isHome ? elsewhere : []);
  });
};

function switchIn(place: Place, scene: Scene, elsewhere: readonly InternalPort[]): System {
  const { namespace } = place;
  const own = namespace.links.filter(({ kind }) => kind === 'openvswitch');
  const switches = switchesOf(scene, place);
  const datapaths = scene.bridges.filter(
    ({ namespace: of, index }) => of === namespace.name && own.some((link) => link.index === index),
  );
  const ports = datapaths.flatMap(({ members }) => members);
  const names = own.filter(({ index }) => !datapaths.some((datapath) => datapath.index === index));
  return found('open-vswitch', datapaths[0]?.name ?? own[0]?.name ?? '', namespace.name, {
    evidence: [
      `${some(own.map(({ name }) => name))} ${own.length === 1 ? 'is' : 'are'} of kind openvswitch`,
      ...datapaths.map(
        ({ name, members }) => `${some(members.map((member) => member.name))} are ports of datapath ${name}`,
      ),
      ...namespace.links.flatMap(({ name }) =>
        tunnels.flatMap(([pattern, what]) => {
          const match = pattern.exec(name);
          return match === null
            ? []
            : [`${name} is its ${what} tunnel${match[1] === undefined ? '' : ` on port ${match[1]}`}`];
        }),
      ),
      ...databaseEvidence(switches),
      ...elsewhere.map(
        ({ place: { namespace: there }, link }) =>
          `${there.name}:${link.name} is an internal port of ${switches.portOf(link.name)?.bridge}`,
      ),
    ],
    links: [
      ...[...own, ...ports].map(({ name, index }) => ({ namespace: namespace.name, name, index })),
      ...elsewhere.map(({ place: { namespace: there }, link: { name, index } }) => ({
        namespace: there.name,
        name,
        index,
      })),
    ],
    containers: unique(ports.flatMap(({ containers }) => containers)),
    remotes: switches.tunnels.map(({ name, options }) => ({
      host: options.remote_ip ?? '',
      behind: name,
      by: 'tunnel',
    })),
    ways: [
      ...ports.flatMap((port) =>
        waysTo(
          port,
          namespace.name,
          names.map(({ name }) => name),
          switches,
        ),
      ),
      ...elsewhere.flatMap(({ place: { namespace: there }, link }) =>
        beyond(link.name, namespace.name, switches).map((rest) => [`${there.name}:${link.name}`, ...rest]),
      ),
    ],
  });
}

function databaseEvidence({ bridges, patches, tunnels: ends }: Switches): readonly string[] {
  return [
    ...bridges.flatMap(({ name, ports }) => {
      const shown = ports
        .filter(
          (port) =>
            port.name !== name && port.interfaces.every(({ type }) => type === '' || type === 'internal'),
        )
        .map((port) => (vlanOf(port) === '' ? port.name : `${port.name} (${vlanOf(port)})`));
      return shown.length === 0 ? [] : [`${name} has ${some(shown, 8)}`];
    }),
    ...patches
      .filter(({ bridge, to }) => bridge < to)
      .map(({ bridge, port, to }) => {
        const vlan = vlanOf(port);
        return `patch port ${port.name} leads from ${bridge}${vlan === '' ? '' : ` (${vlan})`} to ${to}`;
      }),
    ...ends.map(({ bridge, name, type, options, device }) => {
      const from = options.local_ip === undefined ? '' : ` from ${options.local_ip}`;
      const key = options.key ?? options.out_key;
      return `${name} on ${bridge} is ${type}${from} to ${options.remote_ip}${key === undefined ? '' : `, key ${key}`}${device === undefined ? '' : `, by ${device}`}`;
    }),
  ];
}

/** From a link to its bridge and on. */
function beyond(link: string, namespace: string, switches: Switches): readonly (readonly string[])[] {
  const bridge = switches.portOf(link)?.bridge;
  return bridge === undefined
    ? [[]]
    : switches
        .waysFrom(bridge)
        .filter((way) => !way.includes(link))
        .map((way) => [bridge, ...way].map((name) => `${namespace}:${name}`));
}

function waysTo(
  { name, peer }: BridgeMember,
  namespace: string,
  bridges: readonly string[],
  switches: Switches,
): readonly (readonly string[])[] {
  if (peer === null) return [];
  const start = [`${peer.namespace}:${peer.name}`, `${namespace}:${name}`];
  if (switches.portOf(name) !== undefined)
    return beyond(name, namespace, switches).map((rest) => [...start, ...rest]);
  // Without the database it is known only where there is one bridge.
  const [bridge, another] = bridges;
  return [[...start, ...(bridge !== undefined && another === undefined ? [`${namespace}:${bridge}`] : [])]];
}
