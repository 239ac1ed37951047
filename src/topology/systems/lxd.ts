import { found, type Recogniser, unique } from './scene.ts';

/** LXC, LXD and Incus by the names that they give to their bridges. */
export const lxd: Recogniser = ({ bridges }) =>
  bridges
    .filter(({ name }) => /^(lxcbr|lxdbr|incusbr)\d+$/.test(name))
    .map((bridge) =>
      found('lxd', bridge.name, bridge.namespace, {
        evidence: [
          `${bridge.name} ${bridge.addresses.join(' ')} is a bridge by the name that ${bridge.name.replace(/br\d+$/, '')} gives it`,
          `it has ${bridge.members.length} ports`,
        ],
        links: [bridge, ...bridge.members].map(({ name, index }) => ({
          namespace: bridge.namespace,
          name,
          index,
        })),
        containers: unique(bridge.members.flatMap(({ containers }) => containers)),
      }),
    );
