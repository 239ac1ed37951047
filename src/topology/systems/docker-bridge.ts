import { found, type Recogniser, some, unique } from './scene.ts';

/** Bridges of an engine's networks: the default one, those that a user made, and swarm's way out. */
export const dockerBridges: Recogniser = ({ snapshot, bridges, host }) =>
  bridges.flatMap((bridge) => {
    const network = snapshot.networks.find(
      ({ name, driver, engine }) => name === bridge.network && driver === 'bridge' && engine === 'docker',
    );
    if (network === undefined || bridge.namespace !== host?.namespace.name) return [];
    const ports = bridge.members.flatMap(({ name, index, peer, containers }) =>
      containers.length === 0 || peer === null ? [] : [{ name, index, peer, containers }],
    );
    return [
      found('docker-bridge', network.name, bridge.namespace, {
        evidence: [
          `docker has network ${network.name} (${network.id.slice(0, 12)}) on bridge ${bridge.name}`,
          ...network.subnets.map(
            ({ subnet, gateway }) =>
              `its subnet is ${subnet}${gateway === undefined ? '' : `, its gateway ${gateway}`}`,
          ),
          ...(network.name === 'docker_gwbridge'
            ? ['it is the way out of the containers on overlay networks']
            : []),
          ...(network.internal ? ['it is internal: no way out of it'] : []),
          ports.length === 0
            ? 'no container is on it'
            : `${some(ports.map(({ name }) => name))} are its ports`,
        ],
        links: [
          { namespace: bridge.namespace, name: bridge.name, index: bridge.index },
          ...ports.flatMap(({ name, index, peer }) => [{ namespace: bridge.namespace, name, index }, peer]),
        ],
        containers: unique(ports.flatMap(({ containers }) => containers)),
        ways: ports.map(({ name, peer }) => [
          `${peer.namespace}:${peer.name}`,
          `${bridge.namespace}:${name}`,
          `${bridge.namespace}:${bridge.name}`,
        ]),
      }),
    ];
  });
