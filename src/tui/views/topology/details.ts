/** All that is known about the selected bridge or link; a namespace has its own file. */
import { trafficKey } from '../../../topology/link-traffic.ts';
import type { Bridge, BridgeMember, Link } from '../../../topology/model.ts';
import { fact, factLine, heading, paragraph, trimmed } from '../../components/facts.ts';
import { type Line, piece, widthOfLine } from '../../text/line.ts';
import { bytes, counted } from '../../text/units.ts';
import { widthOf } from '../../text/width.ts';
import { linkMark } from './columns.ts';
import { type DetailsInput, stateOf } from './details-input.ts';
import { bridgeFacts, kindLines, vlanWords } from './kind-details.ts';
import { namespaceDetails, publishedLines } from './namespace-details.ts';
import { groupLines, segmentLines, systemLines, systemsOfBridge } from './networks.ts';
import { endName } from './rows.ts';
import { captureOf } from './traffic.ts';

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
