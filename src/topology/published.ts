/** Ports that containers publish, and what on this host makes them work. */
import type { Container, HostSnapshot, Listener, NamespaceState } from '../snapshot/schema.ts';
import { type DnatRule, dnatRules } from './dnat-rules.ts';
import type { PortProxy, PublishedPort } from './model.ts';

export function publishedPorts(snapshot: HostSnapshot): readonly PublishedPort[] {
  const publishing = snapshot.containers.filter((container) => container.published.length > 0);
  if (publishing.length === 0) return [];
  const host = snapshot.namespaces.find((namespace) => namespace.host);
  const rules = byPort(host === undefined ? [] : dnatRules(host));
  const virtual = ipvsAddresses(snapshot);
  const namespaces = new Map(snapshot.namespaces.map((namespace) => [namespace.id, namespace]));
  return publishing.flatMap((container) => {
    const own = container.namespace === undefined ? undefined : namespaces.get(container.namespace);
    const addresses = addressesOf(container, own);
    return container.published.map((port) => ({
      container: container.name,
      protocol: port.protocol,
      hostAddress: port.hostAddress,
      hostPort: port.hostPort,
      containerPort: port.containerPort,
      by: madeBy(port, addresses, rules(port.hostPort), host?.listeners ?? [], virtual),
    }));
  });
}

type Port = Container['published'][number];

/** The rules that match a port, without going through all of them for each. */
function byPort(rules: readonly DnatRule[]): (port: number) => readonly DnatRule[] {
  const single = new Map<number, DnatRule[]>();
  const ranges: DnatRule[] = [];
  for (const rule of rules) {
    const [only, another] = rule.ports;
    if (only === undefined || another !== undefined || only[0] !== only[1]) {
      ranges.push(rule);
      continue;
    }
    const known = single.get(only[0]);
    if (known === undefined) single.set(only[0], [rule]);
    else known.push(rule);
  }
  return (port) => [...(single.get(port) ?? []), ...ranges];
}

function madeBy(
  port: Port,
  addresses: ReadonlySet<string>,
  rules: readonly DnatRule[],
  listeners: readonly Listener[],
  virtual: ReadonlySet<string>,
): PublishedPort['by'] {
  const by = new Set<PublishedPort['by'][number]>();
  for (const rule of rules) {
    if (!takes(rule, port)) continue;
    if (addresses.has(rule.toAddress) && (rule.toPort ?? port.hostPort) === port.containerPort)
      by.add(rule.by);
    if (virtual.has(rule.toAddress)) by.add(rule.by).add('ipvs');
  }
  for (const listener of listeners.filter((one) => listensFor(one, port))) {
    for (const { command } of listener.processes) {
      const proxy = proxyOf(command);
      if (proxy !== undefined) by.add(proxy);
    }
  }
  return [...by];
}

function isAny(address: string): boolean {
  return /^(|0\.0\.0\.0|::)(\/0)?$/.test(address);
}

function isIp6(address: string): boolean {
  return address.includes(':');
}

/** Whether the rule matches what is sent to the published address and port. */
function takes(rule: DnatRule, port: Port): boolean {
  if (rule.protocol !== null && rule.protocol !== port.protocol) return false;
  if (!rule.ports.some(([from, to]) => port.hostPort >= from && port.hostPort <= to)) return false;
  if (port.hostAddress !== '' && isIp6(rule.toAddress) !== isIp6(port.hostAddress)) return false;
  return rule.address === null || isAny(rule.address) || rule.address === port.hostAddress;
}

/** Some have more after the name: `rootlessport-c`, which the kernel cut, and `pasta.avx2`. */
const proxies: readonly PortProxy[] = ['docker-proxy', 'rootlessport', 'slirp4netns', 'pasta'];

function proxyOf(command: string): PortProxy | undefined {
  const program = command.slice(command.lastIndexOf('/') + 1);
  return proxies.find(
    (name) => program === name || (/^[.-]/.test(program.slice(name.length)) && program.startsWith(name)),
  );
}

function listensFor(listener: Listener, port: Port): boolean {
  if (listener.protocol !== port.protocol || listener.port !== port.hostPort) return false;
  if (listener.address === port.hostAddress) return true;
  return (
    isAny(listener.address) &&
    isAny(port.hostAddress) &&
    (port.hostAddress === '' || listener.v6only === false)
  );
}

/** Addresses that a DNAT rule may name for the container: what the engine says and what its interfaces have. */
function addressesOf(container: Container, own: NamespaceState | undefined): ReadonlySet<string> {
  return new Set(
    [
      ...container.endpoints.flatMap(({ address, address6 }) => [address, address6]),
      ...(own === undefined || own.host ? [] : linkAddresses(own)),
    ]
      .map((address) => address.replace(/\/\d+$/, ''))
      .filter((address) => address !== ''),
  );
}

/** Swarm's ingress sandbox hands published ports to IPVS: a DNAT to one of its addresses is half of the way. */
function ipvsAddresses(snapshot: HostSnapshot): ReadonlySet<string> {
  return new Set(
    snapshot.namespaces
      .filter(({ host, ipvs }) => !host && ipvs !== undefined && ipvs.trim() !== '')
      .flatMap(linkAddresses)
      .map((address) => address.replace(/\/\d+$/, '')),
  );
}

function linkAddresses(namespace: NamespaceState): readonly string[] {
  return namespace.links
    .filter((link) => link.kind !== 'loopback')
    .flatMap((link) => link.addresses.map((address) => address.cidr));
}
