/** A name as a process in FROM's namespace would resolve it: hosts, resolv.conf, the engine's own resolver. */
import { parseAddress } from '../netfilter/address.ts';
import type { Container, NamespaceState } from '../snapshot/schema.ts';
import type { From, Target } from './ends.ts';
import { addressesOf, globalAddresses } from './ends.ts';
import { isUp, plain, type Scene } from './scene.ts';

/** What a DNS query from FROM's namespace brought. */
export interface DnsAnswer {
  readonly server: string;
  readonly name: string;
  readonly result: 'addresses' | 'no-name' | 'refused' | 'failed' | 'no-answer' | 'unreachable';
  readonly addresses: readonly string[];
  readonly milliseconds: number;
  /** In words: `NXDOMAIN`, `SERVFAIL`, `no answer in 2.5 s`. */
  readonly text: string;
}

export type NameTrouble =
  | { readonly kind: 'embedded-broken' }
  | { readonly kind: 'embedded-silent' }
  /** /etc/hosts names an address that is none of the container of that name. */
  | { readonly kind: 'hosts-other' }
  /** Only the engine's resolver would know the name, and resolv.conf does not lead there. */
  | { readonly kind: 'embedded-not-asked' }
  /** Podman gives a pod its name, and not the containers in it. */
  | { readonly kind: 'pod-member'; readonly pod: string }
  | { readonly kind: 'default-bridge' }
  | { readonly kind: 'other-network' }
  | { readonly kind: 'not-running' }
  | { readonly kind: 'unknown-name' }
  | { readonly kind: 'upstream-failing' }
  | { readonly kind: 'no-resolver' };

export interface Resolution {
  readonly name: string;
  /** How: `literal`, `hosts`, `engine` (127.0.0.11), `container` (as netscope knows it), `dns`, `published`. */
  readonly how: 'literal' | 'hosts' | 'engine' | 'container' | 'dns' | 'published' | 'none';
  /** Null where nobody knows it. */
  readonly address: string | null;
  readonly port: number | null;
  /** The container that is meant, if any. */
  readonly container: Container | null;
  /** The namespace that is meant, where it is named directly. */
  readonly namespace: NamespaceState | null;
  readonly trouble: NameTrouble | null;
  readonly servers: readonly string[];
  readonly answer: DnsAnswer | null;
  /** For external clients: whether the port that was asked for is published, and at which port of the host. */
  readonly published: { readonly hostAddress: string; readonly hostPort: number } | null;
}

export function nameservers({ resolvConf = '' }: Pick<NamespaceState, 'resolvConf'>): readonly string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
}

function inHosts({ hosts = '' }: NamespaceState, name: string): string | null {
  for (const line of hosts.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.some((one) => one.toLowerCase() === name.toLowerCase())) return address;
  }
  return null;
}

/** The rules that lead queries for 127.0.0.11 to the engine's resolver, in the container's own nat table. */
export function embeddedRules(namespace: NamespaceState): boolean {
  return namespace.rulesets.some(
    ({ text = '' }) => text.includes('127.0.0.11') && (/DNAT/.test(text) || text.includes('"dnat"')),
  );
}

export const embeddedServer = '127.0.0.11';

/**
 * Whom the engine's resolver asks in turn, and from where: its comment in the container's resolv.conf says, `ExtServers:
 * [203.0.113.1 host(127.0.0.53)]`; engines that write none ask the host's nameservers.
 */
export function embeddedUpstream(
  scene: Scene,
  namespace: NamespaceState,
): readonly { readonly from: From & { kind: 'inside' }; readonly server: string }[] {
  const own = { kind: 'inside', namespace, container: scene.containersIn(namespace)[0] ?? null } as const;
  const host =
    scene.host === undefined ? own : ({ kind: 'inside', namespace: scene.host, container: null } as const);
  const said = /^# ExtServers: \[(.*)\]/m.exec(namespace.resolvConf ?? '')?.[1];
  if (said === undefined)
    return scene.host === undefined ? [] : nameservers(scene.host).map((server) => ({ from: own, server }));
  return said
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => {
      const through = /^host\((.*)\)$/.exec(one)?.[1];
      return through === undefined ? { from: own, server: one } : { from: host, server: through };
    });
}

/** `answer`: what a query said, where one was made. */
export function resolveTarget(
  scene: Scene,
  from: From,
  target: Target,
  answer: DnsAnswer | null,
): Resolution {
  const { name, port } = target;
  const namespace = from.kind === 'inside' ? from.namespace : null;
  const servers = namespace === null ? [] : nameservers(namespace);
  const base = {
    name,
    port,
    servers,
    answer,
    trouble: null,
    published: null,
    container: null,
    namespace: null,
  };
  if (parseAddress(name) !== null) return { ...base, how: 'literal', address: name };
  const container = scene.container(name) ?? containerByAlias(scene, name);
  const known = container === null ? null : (addressesOf(container, scene)[0] ?? null);
  if (from.kind === 'external') return external(scene, from.address, { target, container, base });
  if (name === 'localhost' || (namespace !== null && inHosts(namespace, name) !== null)) {
    const address = (namespace === null ? null : inHosts(namespace, name)) ?? '127.0.0.1';
    const isOther =
      container !== null && name !== 'localhost' && !addressesOf(container, scene).includes(address);
    return { ...base, how: 'hosts', address, container, trouble: isOther ? { kind: 'hosts-other' } : null };
  }
  if (name === 'host' && scene.host !== undefined) {
    return {
      ...base,
      how: 'container',
      address: globalAddresses(scene.host)[0] ?? null,
      namespace: scene.host,
    };
  }
  const isContainer = from.kind === 'inside' && from.container !== null && !from.namespace.host;
  if (container !== null && !isContainer) {
    return { ...base, how: 'container', address: reachableAddress(scene, container) ?? known, container };
  }
  const found = container === null ? scene.lookup.namespaceByName(name) : undefined;
  // Ids may be given in part; a name that a process asks for is none.
  const isNamed = found !== undefined && (found.name === name || found.names.includes(name));
  const other = isNamed ? scene.namespace(found.id) : undefined;
  if (other !== undefined) {
    return { ...base, how: 'container', address: globalAddresses(other)[0] ?? null, namespace: other };
  }
  if (container !== null && from.kind === 'inside' && from.container !== null) {
    return containerName({
      scene,
      client: from.container,
      namespace: from.namespace,
      container,
      known,
      base,
    });
  }
  return upstream(base);
}

type Base = Omit<Resolution, 'how' | 'address'>;

function upstream(base: Base): Resolution {
  const { answer, servers } = base;
  if (answer !== null) {
    const [address = null] = answer.addresses;
    if (address !== null) return { ...base, how: 'dns', address };
    const kind = answer.result === 'no-name' ? 'unknown-name' : 'upstream-failing';
    return { ...base, how: 'none', address: null, trouble: { kind } };
  }
  const trouble = servers.length === 0 ? ({ kind: 'no-resolver' } as const) : null;
  return { ...base, how: 'none', address: null, trouble };
}

function containerName(given: {
  readonly scene: Scene;
  readonly client: Container;
  readonly namespace: NamespaceState;
  readonly container: Container;
  readonly known: string | null;
  readonly base: Base;
}): Resolution {
  const { scene, client, namespace, container, known, base } = given;
  const own = new Set(client.endpoints.map(({ network }) => network));
  const common = container.endpoints.filter(({ network }) => own.has(network));
  const userDefined = common.filter(({ network }) => scene.hasNames(network));
  const address = userDefined[0]?.address || common[0]?.address || known;
  const answered = base.answer?.addresses[0];
  const here = { ...base, container };
  const running = container.state === 'running' || container.state === 'paused';
  if (!running) return { ...here, how: 'none', address: address || null, trouble: { kind: 'not-running' } };
  if (base.servers.includes(embeddedServer)) {
    if (!embeddedRules(namespace)) {
      return { ...here, how: 'none', address, trouble: { kind: 'embedded-broken' } };
    }
    if (answered !== undefined) return { ...here, how: 'engine', address: answered };
    if (isFailure(base.answer))
      return { ...here, how: 'none', address, trouble: { kind: 'embedded-silent' } };
    if (userDefined.length > 0) return { ...here, how: 'engine', address };
    return { ...here, how: 'none', address, trouble: { kind: 'other-network' } };
  }
  if (answered !== undefined) return { ...here, how: 'dns', address: answered };
  if (base.servers.length === 0) return { ...here, how: 'none', address, trouble: { kind: 'no-resolver' } };
  if (isFailure(base.answer)) return { ...here, how: 'none', address, trouble: { kind: 'upstream-failing' } };
  const { pod } = container;
  if (pod?.sandbox === false)
    return { ...here, how: 'none', address, trouble: { kind: 'pod-member', pod: pod.name } };
  // Podman's resolver (aardvark-dns) listens on the gateway of each network that has names.
  const gateways = userDefined.flatMap(({ network }) =>
    scene.network(network)?.subnets.map(({ gateway }) => gateway),
  );
  if (base.answer === null && base.servers.some((server) => gateways.includes(server)))
    return { ...here, how: 'engine', address };
  const onDefault = client.endpoints.every(({ network }) => !scene.hasNames(network));
  if (!onDefault && userDefined.length > 0)
    return { ...here, how: 'none', address, trouble: { kind: 'embedded-not-asked' } };
  return { ...here, how: 'none', address, trouble: { kind: onDefault ? 'default-bridge' : 'other-network' } };
}

function isFailure(answer: DnsAnswer | null): boolean {
  return answer !== null && answer.result !== 'addresses' && answer.result !== 'no-name';
}

function containerByAlias(scene: Scene, name: string): Container | null {
  const { containers } = scene.snapshot;
  return containers.find(({ endpoints }) => endpoints.some(({ aliases }) => aliases.includes(name))) ?? null;
}

/** Of several addresses the one whose network the host itself is on. */
function reachableAddress(scene: Scene, container: Container): string | null {
  const usable = container.endpoints.filter(({ network }) => {
    const found = scene.network(network);
    const bridge = found === undefined ? null : scene.bridgeName(found);
    const link =
      bridge === null || scene.host === undefined ? undefined : scene.linkNamed(scene.host, bridge);
    return link !== undefined && isUp(link);
  });
  return usable[0]?.address || null;
}

/** A client outside reaches a container by a published port of the host, where there is one. */
function external(
  scene: Scene,
  client: string,
  {
    target,
    container,
    base,
  }: { readonly target: Target; readonly container: Container | null; readonly base: Base },
): Resolution {
  const isOfClient = (one: string) => one.includes(':') === client.includes(':');
  const uplink = uplinkAddresses(scene).find(isOfClient) ?? uplinkAddresses(scene)[0];
  if (container === null) {
    const isHost = target.name === 'host' && scene.host !== undefined;
    const address = isHost ? (uplink ?? null) : null;
    return {
      ...base,
      how: isHost ? 'container' : 'none',
      address,
      namespace: isHost ? (scene.host ?? null) : null,
    };
  }
  const ports = container.published.filter(
    ({ containerPort, protocol }) => containerPort === target.port && protocol === target.protocol,
  );
  const all = uplink?.includes(':') === true ? ['::'] : ['0.0.0.0', ''];
  const published =
    ports.find(({ hostAddress }) => [...all, uplink].includes(hostAddress)) ?? ports[0] ?? null;
  if (published === null) {
    const addresses = addressesOf(container, scene);
    const address = addresses.find(isOfClient) ?? addresses[0] ?? null;
    return { ...base, how: 'container', container, address };
  }
  return {
    ...base,
    how: 'published',
    container,
    address: uplink ?? null,
    port: published.hostPort,
    published,
  };
}

/** The host's address of each family on the interface of its default route, IPv4 first. */
function uplinkAddresses(scene: Scene): readonly string[] {
  const { host } = scene;
  return (['ip', 'ip6'] as const).flatMap((family) => {
    const route = host?.routes.find((one) => one.destination === 'default' && one.family === family);
    const link = host === undefined ? undefined : scene.link(host, route?.interfaceIndex);
    const address = link?.addresses.find(
      ({ cidr, scope }) => scope === 'global' && cidr.includes(':') === (family === 'ip6'),
    );
    return address === undefined ? [] : [plain(address.cidr)];
  });
}
