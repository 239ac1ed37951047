/** All that is known about the selected namespace, bridge or link. */
import type { SessionInterface } from '../../../session/model.ts';
import type { HostSnapshot, Listener, NamespaceState } from '../../../snapshot/schema.ts';
import { networkModeText } from '../../../topology/container-networks.ts';
import { type HostTraffic, trafficKey } from '../../../topology/link-traffic.ts';
import type {
  Bridge,
  BridgeMember,
  Link,
  PublishedPort,
  Topology,
  TopologyNamespace,
} from '../../../topology/model.ts';
import { fact, factLine, heading, paragraph, trimmed } from '../../components/facts.ts';
import { type Line, piece, widthOfLine } from '../../text/line.ts';
import { bytes, counted } from '../../text/units.ts';
import { widthOf } from '../../text/width.ts';
import type { Symbols } from '../../theme.ts';
import { linkMark, stateOfContainer } from './columns.ts';
import { isStopped } from './containers.ts';
import { keeperLines } from './keepers.ts';
import { bridgeFacts, kindLines, vlanWords } from './kind-details.ts';
import { groupLines, segmentLines, systemLines, systemsOf, systemsOfBridge } from './networks.ts';
import { endName, type TopologyRow } from './rows.ts';
import { captureOf } from './traffic.ts';

export interface DetailsInput {
  readonly row: TopologyRow;
  readonly topology: Topology;
  /** What the topology was worked out from. */
  readonly snapshot: HostSnapshot | null;
  readonly interfaces: readonly SessionInterface[];
  readonly traffic: HostTraffic;
  readonly width: number;
  readonly symbols: Symbols;
  /** Whether this host is looked at, not a recording. */
  readonly live: boolean;
}

export function topologyDetails(input: DetailsInput): readonly Line[] {
  const { row } = input;
  switch (row.kind) {
    case 'namespace':
      return trimmed(namespaceDetails(input, row.namespace));
    case 'bridge':
      return trimmed(bridgeDetails(input, row.bridge, row.link));
    case 'link':
      return trimmed(linkDetails(input, row.link, row.member));
  }
}

function bridgeDetails(input: DetailsInput, bridge: Bridge, link: Link | null): readonly Line[] {
  const { width, symbols, topology } = input;
  return [
    ...fact('Network', bridge.network ?? 'no engine claims it', width),
    ...(link === null
      ? []
      : [...placeLines(input, link), ...(link.kind === 'bridge' ? bridgeFacts(link, width) : [])]),
    ...heading(`Ports ${bridge.members.length}`),
    ...bridge.members.flatMap((member) => memberLines(input, member)),
    ...segmentLines(bridge),
    ...groupLines(stateOf(input)?.mdb.filter((entry) => entry.bridge === bridge.index) ?? []),
    ...publishedLines(
      input,
      bridge.members.flatMap((member) => member.containers),
    ),
    ...(link === null
      ? []
      : [...heading('Traffic'), ...trafficLines(input, link), ...captureLines(input, link)]),
    ...(link === null ? [] : kindLines(link, width, symbols)),
    ...systemLines(systemsOfBridge(topology.systems, bridge), width, symbols),
  ];
}

function linkDetails(input: DetailsInput, link: Link, member: BridgeMember | null): readonly Line[] {
  const { width, symbols } = input;
  return [
    ...placeLines(input, link),
    ...(member === null
      ? []
      : [
          ...fact('Port', portText(input, member), width),
          ...fact('Containers', member.containers.join(', ') || 'none', width, 'name'),
        ]),
    ...trafficLines(input, link),
    ...captureLines(input, link),
    ...(member === null ? [] : publishedLines(input, member.containers)),
    ...kindLines(link, width, symbols),
  ];
}

/** What it is, and what it is tied to. */
function placeLines({ topology, width, symbols }: DetailsInput, link: Link): readonly Line[] {
  const lines: Line[] = [
    factLine('Link', [
      linkMark(link.state, symbols),
      piece(link.name, 'strong'),
      piece(`  ${link.kind}, ifindex ${link.index}, ${link.state}`, 'faint'),
    ]),
    ...fact('Addresses', link.addresses.join(' ') || 'none', width, 'address'),
    ...fact('MAC', `${link.mac || 'none'}, MTU ${link.mtu}`, width),
  ];
  if (link.peer !== null) lines.push(...fact('Peer', endName(topology, link.peer), width, 'name'));
  if (link.peerNote !== null) lines.push(...fact('Peer', link.peerNote, width, 'warn'));
  if (link.master !== null) lines.push(...fact('Master', link.master.name, width, 'accent'));
  if (link.parent !== null) lines.push(...fact('On', endName(topology, link.parent), width));
  if (link.parentNote !== undefined) lines.push(...fact('On', link.parentNote, width, 'warn'));
  return lines;
}

/** A port, what is at its other end, and what it does other than usual. */
function memberLines(input: DetailsInput, member: BridgeMember): readonly Line[] {
  const { width, symbols } = input;
  const to = member.peer === null ? 'peer not known' : `${member.peer.namespace}:${member.peer.name}`;
  const line: Line = [
    piece(`${member.name.padEnd(16)} `),
    piece(`${symbols.both} `, 'faint'),
    piece(`${to}  `, member.peer === null ? 'warn' : 'name'),
  ];
  const text = portText(input, member);
  const role = member.state === 'forwarding' ? 'faint' : 'warn';
  // What does not fit goes below its port, not off the edge.
  return widthOfLine(line) + widthOf(text) <= width
    ? [[...line, piece(text, role)]]
    : [line, ...paragraph(text, width, role, '  ')];
}

/** `forwarding, hairpin, isolated, VLAN 10 PVID untagged`. */
function portText(input: DetailsInput, member: BridgeMember): string {
  const port = stateOf(input)?.links.find(({ index }) => index === member.index)?.port ?? {};
  const vlans = vlanWords(port.vlans);
  const unusual = [
    ...(
      ['guard', 'root_block', 'fastleave', 'proxy_arp', 'vlan_tunnel', 'neigh_suppress', 'locked'] as const
    ).filter((name) => port[name] === true),
    ...(['learning', 'flood', 'mcast_flood', 'bcast_flood'] as const).flatMap((name) =>
      port[name] === false ? `no ${name}` : [],
    ),
  ];
  return [
    member.state,
    member.hairpin ? 'hairpin' : '',
    member.isolated ? 'isolated' : '',
    ...unusual.map((name) => name.replaceAll('_', ' ')),
    vlans === '' ? '' : `VLAN ${vlans}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** The namespace as the kernel described it; undefined where a file holds no state of it. */
function stateOf({ snapshot, row }: DetailsInput): NamespaceState | undefined {
  return snapshot?.namespaces.find(({ id }) => id === row.namespace.id);
}

/** By the kernel's own counters of the link. */
function trafficLines({ row, traffic, width }: DetailsInput, link: Link): readonly Line[] {
  const carried = traffic.get(trafficKey(row.namespace.id, link.index));
  if (carried === undefined) return [];
  const { total, perSecond } = carried;
  const line = (label: string, packets: number, size: number, rate: number | undefined) =>
    fact(
      label,
      `${counted(packets, 'packet')}, ${bytes(size)}${rate === undefined ? '' : `, ${bytes(rate)}/s now`}`,
      width,
    );
  const lost = [
    [total.rxErrors, 'received with errors'],
    [total.txErrors, 'failed to be sent'],
    [total.rxDropped, 'dropped on receipt'],
    [total.txDropped, 'dropped on sending'],
  ] as const;
  return [
    ...line('Received', total.rxPackets, total.rxBytes, perSecond?.rxBytes),
    ...line('Sent', total.txPackets, total.txBytes, perSecond?.txBytes),
    ...lost.flatMap(([packets, how]) =>
      packets === 0 ? [] : fact('Lost', `${counted(packets, 'packet')} ${how}`, width, 'warn'),
    ),
  ];
}

function captureLines(input: DetailsInput, link: Link): readonly Line[] {
  const captured = captureOf(link, input.row.namespace, input.topology, input.interfaces);
  if (captured === undefined) return fact('Captured', 'nothing: no capture on it', input.width, 'faint');
  const where = `${captured.namespace ?? ''}:${captured.name}`;
  const dropped = captured.dropped ?? 0;
  return [
    ...fact(
      'Captured',
      `${counted(captured.packets, 'packet')}, ${bytes(captured.bytes)} on ${where}`,
      input.width,
    ),
    ...(dropped > 0
      ? fact('Dropped', `${counted(dropped, 'packet')} by the kernel`, input.width, 'bad')
      : []),
    ...(captured.ended === null ? [] : fact('Ended', captured.ended, input.width, 'warn')),
  ];
}

/** Without an engine there are no containers to show: what can be done about it. */
function engineLines({ topology, width, live }: DetailsInput): readonly Line[] {
  const { engines } = topology.host;
  if (engines.length > 0) {
    return fact('Engine', engines.map(({ kind, version }) => `${kind} ${version}`.trim()).join(', '), width);
  }
  const isRemembered = live && topology.namespaces.some(({ containers }) => containers.length > 0);
  if (isRemembered)
    return fact(
      'Engine',
      'none answers: containers are known by what it told before, or by their processes',
      width,
      'warn',
    );
  return fact(
    'Engine',
    live
      ? 'none answers, so there are no container names: start it, or give --docker-host; `netscope doctor` says more'
      : 'none answered when this was recorded',
    width,
    'faint',
  );
}

function namespaceDetails(input: DetailsInput, namespace: TopologyNamespace): readonly Line[] {
  const { width, symbols } = input;
  if (isStopped(namespace)) return containerLines(input, namespace);
  return [
    ...fact(
      'Namespace',
      namespace.name === namespace.kind ? namespace.name : `${namespace.name}, ${namespace.kind}`,
      width,
      'strong',
    ),
    ...(namespace.kind === 'host' ? engineLines(input) : []),
    ...containerLines(input, namespace),
    ...fact('Id', namespace.id, width),
    ...(namespace.unread === undefined ? [] : fact('Not read', namespace.unread, width, 'warn')),
    ...(namespace.names.length > 0 ? fact('Names', namespace.names.join(', '), width) : []),
    ...keeperLines(namespace, stateOf(input), hostOwner(input), width),
    ...publishedLines(
      input,
      namespace.containers.map((container) => container.name),
    ),
    ...linkLines(input, namespace),
    ...routeLines(namespace),
    ...listenerLines(namespace),
    ...systemLines(systemsOf(input.topology.systems, namespace), width, symbols),
  ];
}

function hostOwner({ snapshot }: DetailsInput): string | undefined {
  return snapshot?.namespaces.find(({ host }) => host)?.owner;
}

function containerLines(
  { width, symbols, topology }: DetailsInput,
  { containers }: TopologyNamespace,
): readonly Line[] {
  return containers.flatMap((container) => {
    const state = stateOfContainer(container, symbols);
    return [
      factLine('Container', [
        piece(`${state.symbol} `, state.role),
        piece(container.name, 'name'),
        piece(`  ${container.state}, ${container.engine}`, 'faint'),
      ]),
      ...fact('Mode', networkModeText(container, topology), width),
      ...(container.pod === undefined ? [] : fact('Pod', container.pod, width)),
      ...(container.service === undefined ? [] : fact('Service', container.service, width)),
      ...container.networks.flatMap((network) =>
        fact('Network', `${network.name} (${network.driver}) ${network.address}`.trimEnd(), width),
      ),
    ];
  });
}

function publishedLines(input: DetailsInput, containers: readonly string[]): readonly Line[] {
  const ports = input.topology.publishedPorts.filter((port) => containers.includes(port.container));
  return ports.length === 0
    ? []
    : [...heading('Published ports'), ...ports.map((port) => published(port, input))];
}

function published(port: PublishedPort, input: DetailsInput): Line {
  const host = port.hostAddress.includes(':') ? `[${port.hostAddress}]` : port.hostAddress;
  return [
    piece(`${host}:${port.hostPort}`, 'address'),
    piece(` ${input.symbols.arrow} `, 'faint'),
    piece(`${port.container}:${port.containerPort}/${port.protocol}`, 'name'),
    port.by.length > 0 ? piece(`  by ${port.by.join(', ')}`, 'faint') : piece('  by nothing', 'bad'),
  ];
}

function linkLines(input: DetailsInput, namespace: TopologyNamespace): readonly Line[] {
  return [
    ...heading(`Links ${namespace.links.length}`),
    ...namespace.links.map((link): Line => {
      const to = link.peer === null ? '' : ` ${input.symbols.both} ${endName(input.topology, link.peer)}`;
      return [
        linkMark(link.state, input.symbols),
        piece(link.name),
        piece(` ${link.kind}${to} `, 'faint'),
        piece(link.addresses.join(' '), 'address'),
      ];
    }),
  ];
}

function routeLines(namespace: TopologyNamespace): readonly Line[] {
  const { routes } = namespace;
  if (routes.length === 0) return [...heading('Routes'), [piece('none', 'warn')]];
  return [
    ...heading(`Routes ${routes.length}`),
    ...routes.map((route): Line => {
      const via = route.gateway === undefined ? '' : ` via ${route.gateway}`;
      const out = route.interface === undefined ? '' : ` dev ${route.interface}`;
      const type = route.type === 'unicast' ? '' : `${route.type} `;
      const table = route.table === 254 ? '' : ` table ${route.table}`;
      return [piece(`${type}${route.destination}`, 'address'), piece(`${via}${out}`), piece(table, 'faint')];
    }),
  ];
}

function listenerLines(namespace: TopologyNamespace): readonly Line[] {
  if (namespace.listeners.length === 0) return [...heading('Listeners'), [piece('none', 'faint')]];
  return [...heading(`Listeners ${namespace.listeners.length}`), ...namespace.listeners.map(listenerLine)];
}

function listenerLine(listener: Listener): Line {
  const address = listener.address.includes(':') ? `[${listener.address}]` : listener.address;
  const processes = listener.processes.map((process) => `${process.command} (${process.pid})`).join(', ');
  return [
    piece(`${listener.protocol.padEnd(4)} `, 'faint'),
    piece(`${address}:${listener.port}`.padEnd(18), 'address'),
    piece(` ${processes}`),
  ];
}
