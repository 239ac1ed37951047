/** Weave Net: its bridge, and whether packets go by the kernel's datapath (fastdp) or by its own process (sleeve). */
import { chainsLike, found, linksOf, type Recogniser, some, unique } from './scene.ts';

export const weave: Recogniser = ({ host, bridges }) => {
  if (host === undefined) return [];
  const { namespace, state } = host;
  const bridge = bridges.find((one) => one.name === 'weave' && one.namespace === namespace.name);
  if (bridge === undefined) return [];
  const named = (name: string) => namespace.links.find((link) => link.name === name);
  // The veth pair from the bridge ends on the datapath, or where the process takes packets by libpcap.
  const inner = named('vethwe-bridge');
  const outer = namespace.links.find(
    ({ index }) => inner?.peer?.namespace === namespace.id && inner.peer.index === index,
  );
  const datapath = namespace.links.find(
    ({ index, kind }) => kind === 'openvswitch' && index === outer?.master?.index,
  );
  const vxlan = namespace.links.find(
    ({ name, master }) => /^vxlan-\d+$/.test(name) && master !== null && master.index === datapath?.index,
  );
  const chains = chainsLike(state, /^WEAVE/);
  const weavers = state.processes.filter(({ command }) => command === 'weaver');
  const ports = bridge.members.filter(({ name }) => /^vethwepl/.test(name));
  const beyond = [inner, outer, datapath, vxlan].flatMap((link) => (link === undefined ? [] : [link.name]));
  const at = (name: string) => `${namespace.name}:${name}`;
  return [
    found('weave', datapath === undefined ? 'sleeve' : 'fastdp', namespace.name, {
      evidence: [
        `weave ${bridge.addresses.join(' ')} is a bridge with ${bridge.members.length} ports`,
        ...(datapath === undefined
          ? [
              `no datapath: packets to other hosts go through the process of Weave${outer === undefined ? '' : `, which takes them at ${outer.name}`}`,
            ]
          : [`${inner?.name} and ${outer?.name} join it to the Open vSwitch datapath ${datapath.name}`]),
        ...(vxlan === undefined
          ? []
          : [
              `${vxlan.name} takes packets to other hosts as VXLAN${typeof vxlan.details.port === 'number' ? ` on port ${vxlan.details.port}` : ''}`,
            ]),
        ...weavers.map(({ pid }) => `process weaver (${pid}) knows the other hosts`),
        ...(chains.length > 0 ? [`chains ${some(chains, 4)}`] : []),
        ...(ports.length > 0 ? [`${some(ports.map(({ name }) => name))} lead to containers`] : []),
      ],
      links: linksOf(host, ({ name }) => /^(weave|datapath|vethwe-.*|vethwepl.*|vxlan-\d+)$/.test(name)),
      containers: unique(ports.flatMap(({ containers }) => containers)),
      ways: ports.flatMap(({ name, peer }) =>
        peer === null ? [] : [[`${peer.namespace}:${peer.name}`, ...[name, 'weave', ...beyond].map(at)]],
      ),
    }),
  ];
};
