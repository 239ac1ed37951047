/** Podman's networks: bridges as root, a process with a tap (slirp4netns, pasta) without. */
import type { System } from './model.ts';
import { chainsLike, found, iptablesRules, type Place, type Recogniser, some, unique } from './scene.ts';

export const podman: Recogniser = (scene) => [...bridged(scene), ...rootless(scene)];

const bridged: Recogniser = ({ bridges, snapshot, host, places }) =>
  bridges.flatMap((bridge): System[] => {
    if (bridge.namespace !== host?.namespace.name) return [];
    const network = snapshot.networks.find(
      ({ name, engine }) => engine === 'podman' && name === bridge.network,
    );
    const byName = /^(cni-)?podman\d+$/.test(bridge.name);
    if (network === undefined && !byName) return [];
    const subnets = network?.subnets.map(({ subnet }) => subnet) ?? [];
    const chains = subnets.length > 0 ? chainsFor(subnets, host) : chainsLike(host.state, /^(NETAVARK|CNI)-/);
    const addresses = bridge.addresses.map((address) => address.replace(/\/\d+$/, ''));
    const resolvers = host.state.listeners.filter(
      ({ address, port }) => port === 53 && addresses.includes(address),
    );
    const ports = bridge.members.filter(({ containers }) => containers.length > 0);
    return [
      found('podman', network?.name ?? bridge.name, bridge.namespace, {
        evidence: [
          ...(network === undefined
            ? []
            : [`podman has network ${network.name} with driver ${network.driver}`]),
          `${bridge.name} ${bridge.addresses.join(' ')} is its bridge`,
          ...(chains.length > 0 ? [`chains ${some(chains, 4)}`] : []),
          ...unique(
            resolvers.flatMap(({ processes, protocol, address }) =>
              processes.map(
                ({ command, pid }) => `${command} (${pid}) answers for names on ${protocol} ${address}:53`,
              ),
            ),
          ),
          ...ports.flatMap(({ peer, name }) =>
            podsBehind(peer?.namespace, places).map((pod) => `${name} leads to pod ${pod}`),
          ),
        ],
        links: [{ namespace: bridge.namespace, name: bridge.name, index: bridge.index }],
        containers: unique(ports.flatMap(({ containers }) => containers)),
        ways: ports.flatMap(({ name, peer }) =>
          peer === null
            ? []
            : [
                [
                  `${peer.namespace}:${peer.name}`,
                  `${bridge.namespace}:${name}`,
                  `${bridge.namespace}:${bridge.name}`,
                ],
              ],
        ),
      }),
    ];
  });

/** Netavark masquerades a network's subnet in a chain of its own. */
function chainsFor(subnets: readonly string[], { state }: Place): readonly string[] {
  return unique(
    iptablesRules(state).flatMap((rule) => {
      const [, source, chain] = /^-A POSTROUTING -s (\S+) .*-j ((?:NETAVARK|CNI)-\S+)/.exec(rule) ?? [];
      return source !== undefined && chain !== undefined && subnets.includes(source) ? [chain] : [];
    }),
  );
}

function podsBehind(name: string | undefined, places: readonly Place[]): readonly string[] {
  const place = places.find(({ namespace }) => namespace.name === name);
  return unique((place?.namespace.containers ?? []).flatMap(({ pod }) => pod ?? []));
}

const rootless: Recogniser = ({ snapshot, places, host }) => {
  const containers = snapshot.containers.filter(
    ({ engine, networkMode }) => engine === 'podman' && /^(slirp4netns|pasta)/.test(networkMode),
  );
  if (containers.length === 0) return [];
  const helpers = (host?.state.processes ?? []).filter(({ command }) => /^(slirp4netns|pasta)/.test(command));
  return places.flatMap(({ namespace }): System[] => {
    const own = containers.filter((container) => container.namespace === namespace.id);
    if (own.length === 0) return [];
    const taps = namespace.links.filter(({ kind }) => kind === 'tun');
    return [
      found('podman', namespace.name, namespace.name, {
        evidence: [
          ...own.map(({ name, networkMode }) => `${name} runs with network mode ${networkMode}`),
          ...taps.map(({ name, addresses }) => `${name} ${addresses.join(' ')} is its tap`),
          ...helpers.map(({ command, pid }) => `process ${command} (${pid}) carries packets for it`),
        ],
        links: taps.map(({ name, index }) => ({ namespace: namespace.name, name, index })),
        containers: own.map(({ name }) => name),
      }),
    ];
  });
};
