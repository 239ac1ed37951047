/** All that is known about the selected namespace, bridge or link. */
import type { SessionInterface } from '../../../session/model.ts';
import type { Listener } from '../../../snapshot/schema.ts';
import { type HostTraffic, trafficKey } from '../../../topology/link-traffic.ts';
import type { Link, PublishedPort, Topology, TopologyNamespace } from '../../../topology/model.ts';
import { fact, factLine, heading, trimmed } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import { bytes, counted } from '../../text/units.ts';
import type { Symbols } from '../../theme.ts';
import { linkMark, stateOfContainer } from './columns.ts';
import { segmentLines, systemLines, systemsOf, systemsOfBridge } from './networks.ts';
import { endName, type TopologyRow } from './rows.ts';
import { captureOf } from './traffic.ts';

export interface DetailsInput {
  readonly row: TopologyRow;
  readonly topology: Topology;
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
      return trimmed([
        ...fact('Network', row.bridge.network ?? 'no engine claims it', input.width),
        ...(row.link === null ? [] : linkDetails(input, row.link)),
        ...heading(`Members ${row.bridge.members.length}`),
        ...row.bridge.members.map((member): Line => {
          const to = member.peer === null ? 'peer not known' : `${member.peer.namespace}:${member.peer.name}`;
          return [
            piece(member.name.padEnd(16)),
            piece(` ${input.symbols.both} `, 'faint'),
            piece(to, member.peer === null ? 'warn' : 'name'),
            piece(`  ${member.state}${member.hairpin ? ', hairpin' : ''}`, 'faint'),
          ];
        }),
        ...publishedLines(
          input,
          row.bridge.members.flatMap((member) => member.containers),
        ),
        ...segmentLines(row.bridge),
        ...systemLines(systemsOfBridge(input.topology.systems, row.bridge), input.width, input.symbols),
      ]);
    case 'link':
      return trimmed([
        ...linkDetails(input, row.link),
        ...(row.member === null
          ? []
          : [
              factLine('Port', [
                piece(row.member.state),
                piece(row.member.hairpin ? ', hairpin' : '', 'faint'),
              ]),
              ...fact('Containers', row.member.containers.join(', ') || 'none', input.width, 'name'),
              ...publishedLines(input, row.member.containers),
            ]),
      ]);
  }
}

function linkDetails(input: DetailsInput, link: Link): readonly Line[] {
  const { topology, width, symbols } = input;
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
  for (const [name, value] of Object.entries(link.details)) {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    lines.push(...fact(name, text, width));
  }
  return [...lines, ...trafficLines(input, link), ...captureLines(input, link)];
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
  return [
    ...fact(
      'Namespace',
      namespace.name === namespace.kind ? namespace.name : `${namespace.name}, ${namespace.kind}`,
      width,
      'strong',
    ),
    ...fact('Id', namespace.id, width),
    ...(namespace.kind === 'host' ? engineLines(input) : []),
    ...(namespace.names.length > 0 ? fact('Names', namespace.names.join(', '), width) : []),
    ...fact('Kept by', namespace.sources.join(', ') || 'nothing that netscope found', width),
    ...namespace.containers.flatMap((container) => {
      const state = stateOfContainer(container, symbols);
      return [
        factLine('Container', [
          piece(`${state.symbol} `, state.role),
          piece(container.name, 'name'),
          piece(`  ${container.state}, ${container.engine}`, 'faint'),
        ]),
        ...fact('Mode', container.networkMode, width),
        ...container.networks.flatMap((network) =>
          fact('Network', `${network.name} (${network.driver}) ${network.address}`, width),
        ),
      ];
    }),
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
  const routes = namespace.routes.filter((route) => route.table !== 255);
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
