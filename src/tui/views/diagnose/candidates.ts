/** What FROM and TO of a diagnosis may be: containers, namespaces and the host, with the ports that they listen on. */
import type { Flow, FlowEnd } from '../../../flow/model.ts';
import type { FlowReport } from '../../../session/model.ts';
import type { Topology, TopologyNamespace } from '../../../topology/model.ts';
import { fuzzySorted } from '../../text/fuzzy.ts';

export interface Candidate {
  readonly kind: 'candidate';
  readonly key: string;
  /** As `netscope diagnose` takes it. */
  readonly text: string;
  readonly sort: 'container' | 'namespace' | 'host' | 'outside' | 'typed';
  readonly what: string;
}

/** Ends outside of the host that flows know; more are typed. */
const mostOutside = 20;
/** Flows that are looked at for them, the newest first: the list is made anew while packets come in. */
const mostFlows = 2000;

export function fromCandidates(topology: Topology | null, flows: FlowReport): readonly Candidate[] {
  const namespaces = (topology?.namespaces ?? []).flatMap(senders);
  const clients = outside(topology, flows, ({ source }) => [source, `external:${source.address}`]);
  const others = clients.map((text) => candidate(text, 'outside', 'a client outside, seen in flows'));
  return [...namespaces, ...stopped(topology), ...others].toSorted(bySort);
}

const order = ['container', 'host', 'namespace', 'outside', 'typed'];

function bySort(a: Candidate, b: Candidate): number {
  return order.indexOf(a.sort) - order.indexOf(b.sort);
}

function candidate(text: string, sort: Candidate['sort'], what: string): Candidate {
  return { kind: 'candidate', key: text, text, sort, what };
}

function senders(namespace: TopologyNamespace): readonly Candidate[] {
  const { kind, name, containers } = namespace;
  const addresses = addressesOf(namespace).join(', ');
  if (kind === 'host') return [candidate('host', 'host', addresses)];
  if (containers.length === 0) return [candidate(name, 'namespace', `${kind} ${addresses}`.trim())];
  return containers.map((container) => candidate(container.name, 'container', addresses));
}

function addressesOf({ links }: TopologyNamespace): readonly string[] {
  return links.flatMap((link) =>
    link.kind === 'loopback'
      ? []
      : link.addresses.filter((cidr) => !cidr.startsWith('fe80')).map((cidr) => cidr.replace(/\/.*/, '')),
  );
}

function stopped(topology: Topology | null): readonly Candidate[] {
  return (topology?.stoppedContainers ?? []).map(({ name }) => candidate(name, 'container', 'not running'));
}

/** Ends of the newest flows that are on no namespace of this host, as `nameOf` calls them. */
function outside(
  topology: Topology | null,
  { flows }: FlowReport,
  nameOf: (flow: Flow) => readonly [FlowEnd, string],
): readonly string[] {
  if (topology === null) return [];
  const own = new Set(topology.namespaces.flatMap(addressesOf));
  const found = new Set<string>();
  for (const flow of flows.slice(-mostFlows).toReversed()) {
    const [{ address, container }, name] = nameOf(flow);
    if (container === null && !own.has(address) && !notOutside.test(address)) found.add(name);
    if (found.size === mostOutside) break;
  }
  return [...found];
}

/** Loopback, link-local, multicast and broadcast: RFC 6890, RFC 5771, RFC 4291. */
const notOutside = /^(?:127\.|169\.254\.|::1$|fe[89ab]|ff|2(?:2[4-9]|3\d)\.|255\.)/;

export function toCandidates(topology: Topology | null, flows: FlowReport): readonly Candidate[] {
  const services = (topology?.namespaces ?? []).flatMap((namespace) => listening(namespace, topology));
  const servers = outside(topology, flows, ({ destination, protocol }) => [
    destination,
    withPort(destination.address, destination.port, protocol),
  ]);
  const others = servers.map((text) => candidate(text, 'outside', 'seen in flows'));
  return [...unique([...services, ...stopped(topology)]), ...others].toSorted(bySort);
}

function unique(list: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(list.toReversed().map((one) => [one.key, one])).values()].toReversed();
}

/** `db:3306`, `db:53/udp`, `[2001:db8::1]:80`. */
export function withPort(name: string, port: number | null, protocol: string): string {
  if (port === null) return name;
  const host = name.includes(':') ? `[${name}]` : name;
  return `${host}:${port}${protocol === 'udp' ? '/udp' : ''}`;
}

/** Docker's resolver within a container is of no use to others. */
const embeddedResolver = '127.0.0.11';

function listening(namespace: TopologyNamespace, topology: Topology | null): readonly Candidate[] {
  const { kind, name, containers, listeners } = namespace;
  const names = kind === 'host' || containers.length === 0 ? [name] : containers.map((one) => one.name);
  const sort = kind === 'host' ? 'host' : containers.length === 0 ? 'namespace' : 'container';
  return names.flatMap((owner) => {
    const services = listeners
      .filter(
        ({ address, protocol }) => address !== embeddedResolver && (protocol === 'tcp' || protocol === 'udp'),
      )
      .map(({ address, port, protocol, processes }) => {
        const published = topology?.publishedPorts.find(
          (one) => one.container === owner && one.containerPort === port && one.protocol === protocol,
        );
        const parts = [
          processes[0]?.command ?? '',
          `listens on ${address}`,
          published === undefined ? '' : `published as ${published.hostPort}`,
        ];
        return candidate(
          withPort(owner, port, protocol),
          sort,
          parts.filter((part) => part !== '').join(', '),
        );
      });
    return services.length > 0 ? services : [candidate(owner, sort, 'listens on nothing')];
  });
}

/** Those that fit what was typed, best first; with what was typed itself, first where it is an address or has a port. */
export function matching(candidates: readonly Candidate[], typed: string): readonly Candidate[] {
  const text = typed.trim();
  const found = fuzzySorted(candidates, text, (one) => [one.text, one.what]);
  if (text === '' || /\s/.test(text) || found.some((one) => one.text === text)) return found;
  const own: Candidate = { ...candidate(text, 'typed', 'as typed'), key: `typed ${text}` };
  const isWhole = /[:.]/.test(text) && !found.some((one) => one.text.startsWith(text));
  return isWhole ? [own, ...found] : [...found, own];
}
