/** Podman's networks: bridges as root, a process with a tap (slirp4netns, pasta) without. */
import type { Link } from '../model.ts';
import type { System } from './model.ts';
import { chainsLike, found, iptablesRules, type Place, type Recogniser, some, unique } from './scene.ts';

export const podman: Recogniser = (scene) => [...bridged(scene), ...rootless(scene)];

const bridged: Recogniser = ({ bridges, snapshot, host, places }) =>
  bridges.flatMap((bridge): System[] => {
    const place = places.find(({ namespace }) => namespace.name === bridge.namespace);
    if (place === undefined || (place !== host && !isRootless(place))) return [];
    const network = snapshot.networks.find(
      ({ name, engine }) => engine === 'podman' && name === bridge.network,
    );
    const byName = /^(cni-)?podman\d+$/.test(bridge.name);
    if (network === undefined && !byName) return [];
    const subnets = network?.subnets.map(({ subnet }) => subnet) ?? [];
    const chains =
      subnets.length > 0 ? chainsFor(subnets, place) : chainsLike(place.state, /^(NETAVARK|CNI)-/);
    const addresses = bridge.addresses.map((address) => address.replace(/\/\d+$/, ''));
    const resolvers = place.state.listeners.filter(
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

/** Podman without root keeps the bridges of its networks in a namespace of its own (libpod/networking_linux.go, rootlessNetNsName). */
function isRootless({ namespace }: Place): boolean {
  return namespace.names.some((name) => /^rootless-netns(-[0-9a-f]+)?$/.test(name));
}

const rootless: Recogniser = ({ places }) =>
  places.flatMap((place): System[] => {
    const { namespace } = place;
    const own = namespace.containers.filter(({ engine }) => engine === 'podman');
    if (own.length === 0 && !isRootless(place)) return [];
    const taps = namespace.links.flatMap((link) => {
      const helpers = helpersOf(link);
      const isMode = own.some(({ networkMode }) => /^(slirp4netns|pasta)/.test(networkMode));
      return link.kind === 'tun' && (isMode || helpers.length > 0) ? [{ ...link, helpers }] : [];
    });
    if (taps.length === 0) return [];
    return [
      found('podman', namespace.name, namespace.name, {
        evidence: [
          ...own
            .filter(({ networkMode }) => networkMode !== 'unknown')
            .map(({ name, networkMode }) => `${name} runs with network mode ${networkMode}`),
          ...(isRootless(place) ? ['it holds the bridges of a user’s networks'] : []),
          ...taps.map(({ name, addresses }) => `${name} ${addresses.join(' ')} is its tap`),
          ...unique(taps.flatMap(({ helpers }) => helpers)).map(
            (helper) => `process ${helper} carries packets for it`,
          ),
        ],
        links: taps.map(({ name, index }) => ({ namespace: namespace.name, name, index })),
        containers: own.map(({ name }) => name),
      }),
    ];
  });

/** The processes that read and write the tap for the user: `slirp4netns (371)`. */
function helpersOf({ details }: Link): readonly string[] {
  const { processes } = details;
  if (!Array.isArray(processes)) return [];
  return processes.flatMap((process: unknown) => {
    if (typeof process !== 'object' || process === null) return [];
    const command: unknown = Reflect.get(process, 'command');
    const pid: unknown = Reflect.get(process, 'pid');
    return typeof command === 'string' && /^(slirp4netns|pasta)/.test(command) ? [`${command} (${pid})`] : [];
  });
}
