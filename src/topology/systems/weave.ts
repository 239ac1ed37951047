/** Weave Net: its bridge, and whether packets go by the kernel's datapath (fastdp) or by its own process (sleeve). */
import { found, linksOf, type Recogniser, some, unique } from './scene.ts';

export const weave: Recogniser = ({ host, bridges }) => {
  if (host === undefined) return [];
  const bridge = bridges.find(({ name, namespace }) => name === 'weave' && namespace === host.namespace.name);
  if (bridge === undefined) return [];
  const has = (name: string) => host.namespace.links.some((link) => link.name === name);
  const vxlan = host.namespace.links.find(({ name }) => /^vxlan-\d+$/.test(name));
  const fast = has('datapath') && has('vethwe-bridge');
  const ports = bridge.members.filter(({ name }) => /^vethwepl/.test(name));
  return [
    found('weave', fast ? 'fastdp' : 'sleeve', host.namespace.name, {
      evidence: [
        `weave is a bridge with ${bridge.members.length} ports`,
        ...(fast ? ['vethwe-bridge and vethwe-datapath join it to the Open vSwitch datapath'] : []),
        ...(vxlan === undefined ? [] : [`${vxlan.name} takes packets to other hosts as VXLAN`]),
        ...(fast ? [] : ['no datapath: packets to other hosts go through the process of Weave']),
        ...(ports.length > 0 ? [`${some(ports.map(({ name }) => name))} lead to containers`] : []),
      ],
      links: linksOf(host, ({ name }) => /^(weave|datapath|vethwe-.*|vethwepl.*|vxlan-\d+)$/.test(name)),
      containers: unique(ports.flatMap(({ containers }) => containers)),
      ways: ports.flatMap(({ name, peer }) =>
        peer === null
          ? []
          : [
              [
                `${peer.namespace}:${peer.name}`,
                `host:${name}`,
                'host:weave',
                ...(fast ? ['host:vethwe-bridge', 'host:vethwe-datapath', 'host:datapath'] : []),
                ...(vxlan === undefined ? [] : [`host:${vxlan.name}`]),
              ],
            ],
      ),
    }),
  ];
};
