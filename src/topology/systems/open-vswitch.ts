/** Open vSwitch datapaths: which links are ports of which, and the tunnels that the kernel serves for it. */
import type { BridgeMember } from '../model.ts';
import type { System } from './model.ts';
import { found, type Recogniser, some, unique } from './scene.ts';

/** Names that OVS gives to the kernel devices of its tunnel ports (lib/dpif-netlink-rtnl.c, vport-*.c). */
const tunnels: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^vxlan_sys_(\d+)$/, 'VXLAN'],
  [/^genev_sys_(\d+)$/, 'Geneve'],
  [/^gre_sys$/, 'GRE'],
  [/^stt_sys_(\d+)$/, 'STT'],
];

export const openVswitch: Recogniser = (scene) =>
  scene.places.flatMap(({ namespace }): System[] => {
    const own = namespace.links.filter(({ kind }) => kind === 'openvswitch');
    if (own.length === 0) return [];
    const datapaths = scene.bridges.filter(
      ({ namespace: of, index }) => of === namespace.name && own.some((link) => link.index === index),
    );
    const ports = datapaths.flatMap(({ members }) => members);
    const names = own.filter(({ index }) => !datapaths.some((datapath) => datapath.index === index));
    return [
      found('open-vswitch', datapaths[0]?.name ?? own[0]?.name ?? '', namespace.name, {
        evidence: [
          `${some(own.map(({ name }) => name))} are of kind openvswitch`,
          ...datapaths.map(
            ({ name, members }) =>
              `${some(members.map((member) => member.name))} are ports of datapath ${name}`,
          ),
          ...namespace.links.flatMap(({ name }) =>
            tunnels.flatMap(([pattern, what]) => {
              const match = pattern.exec(name);
              return match === null
                ? []
                : [`${name} is its ${what} tunnel${match[1] === undefined ? '' : ` on port ${match[1]}`}`];
            }),
          ),
        ],
        links: [...own, ...ports].map(({ name, index }) => ({ namespace: namespace.name, name, index })),
        containers: unique(ports.flatMap(({ containers }) => containers)),
        ways: ports.flatMap((port) =>
          wayTo(
            port,
            namespace.name,
            names.map(({ name }) => name),
          ),
        ),
      }),
    ];
  });

function wayTo(
  { name, peer }: BridgeMember,
  namespace: string,
  bridges: readonly string[],
): readonly (readonly string[])[] {
  if (peer === null) return [];
  // Which of several bridges a port belongs to is known to ovsdb alone.
  const [bridge, another] = bridges;
  const through = bridge !== undefined && another === undefined ? [`${namespace}:${bridge}`] : [];
  return [[`${peer.namespace}:${peer.name}`, `${namespace}:${name}`, ...through]];
}
