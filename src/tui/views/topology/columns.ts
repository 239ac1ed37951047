/** What a row of the topology shows in each column. */
import type { SessionInterface } from '../../../session/model.ts';
import { networkModeText } from '../../../topology/container-networks.ts';
import { summarize } from '../../../topology/link-summary.ts';
import { type HostTraffic, trafficKey } from '../../../topology/link-traffic.ts';
import type { Link, Topology, TopologyContainer } from '../../../topology/model.ts';
import type { Column } from '../../components/table.ts';
import { type Line, piece, type Span } from '../../text/line.ts';
import { bytes, short } from '../../text/units.ts';
import type { Role, Symbols, Theme } from '../../theme.ts';
import { isStopped } from './containers.ts';
import { endName, type TopologyRow } from './rows.ts';
import { captureOf } from './traffic.ts';

export function topologyColumns(
  topology: Topology,
  interfaces: readonly SessionInterface[],
  /** null where it does not change: of a recording. */
  traffic: HostTraffic | null,
  changed: ReadonlySet<string>,
  theme: Theme,
): readonly Column<TopologyRow>[] {
  const captured = (row: TopologyRow) => {
    const link = row.kind === 'namespace' ? null : row.link;
    return link === null ? undefined : captureOf(link, row.namespace, topology, interfaces);
  };
  return [
    { id: 'name', title: 'Name', min: 22, max: 46, keep: 0, cell: (row) => markedName(row, changed, theme) },
    { id: 'address', title: 'Address', min: 15, max: 26, keep: 1, cell: addressCell },
    {
      id: 'to',
      title: 'Leads to',
      min: 16,
      max: 60,
      keep: 2,
      rest: true,
      cell: (row) => leadsTo(row, topology, theme.symbols),
    },
    ...(traffic === null ? [] : [rateColumn(traffic)]),
    {
      id: 'packets',
      title: 'Packets',
      align: 'right',
      min: 7,
      keep: 2,
      cell: (row) => {
        const found = captured(row);
        return found === undefined
          ? []
          : [piece(short(found.packets), found.ended === null ? 'plain' : 'warn')];
      },
    },
  ];
}

/** What a link carries now in both directions, by the kernel's counters. */
function rateColumn(traffic: HostTraffic): Column<TopologyRow> {
  return {
    id: 'rate',
    title: 'Rate',
    align: 'right',
    min: 9,
    keep: 3,
    cell: (row) => {
      const link = row.kind === 'namespace' ? null : row.link;
      const carried = link === null ? undefined : traffic.get(trafficKey(row.namespace.id, link.index));
      const rate = carried?.perSecond ?? null;
      return rate === null || rate.rxBytes + rate.txBytes === 0
        ? []
        : [piece(`${bytes(rate.rxBytes + rate.txBytes)}/s`)];
    },
  };
}

function markedName(row: TopologyRow, changed: ReadonlySet<string>, theme: Theme): Line {
  const name = nameCell(row, theme);
  return changed.has(row.key) ? [...name, piece(` ${theme.symbols.changed}`, 'warn')] : name;
}

function nameCell(row: TopologyRow, theme: Theme): Line {
  const { symbols } = theme;
  const spans: Span[] = [piece(treeOf(row.levels, symbols), 'faint')];
  if (row.open !== null) spans.push(piece(`${row.open ? symbols.open : symbols.shut} `, 'faint'));
  switch (row.kind) {
    case 'namespace': {
      const container = row.namespace.containers[0];
      const mark =
        row.namespace.kind === 'container' && container ? stateOfContainer(container, symbols) : null;
      if (mark !== null) spans.push(piece(`${mark.symbol} `, mark.role));
      spans.push(piece(row.namespace.name, isStopped(row.namespace) ? 'faint' : 'strong'));
      if (row.namespace.kind !== row.namespace.name) spans.push(piece(` ${row.namespace.kind}`, 'faint'));
      return spans;
    }
    case 'bridge': {
      const state = row.link === null ? 'up' : row.link.state;
      spans.push(linkMark(state, symbols), piece(row.bridge.name, 'accent'));
      return spans;
    }
    case 'link':
      spans.push(linkMark(row.link.state, symbols), piece(row.link.name));
      return spans;
  }
}

function treeOf(levels: readonly boolean[], symbols: Symbols): string {
  const [branch, last, trunk, space] = symbols.tree;
  return levels
    .map((more, index) => (index === levels.length - 1 ? (more ? branch : last) : more ? trunk : space))
    .join('');
}

export function linkMark(state: Link['state'], symbols: Symbols): Span {
  switch (state) {
    case 'up':
      return piece(`${symbols.up} `, 'good');
    case 'down':
      return piece(`${symbols.down} `, 'bad');
    case 'no-carrier':
      return piece(`${symbols.partial} `, 'warn');
  }
}

export function stateOfContainer(
  container: TopologyContainer,
  symbols: Symbols,
): { readonly symbol: string; readonly role: Role } {
  switch (container.state) {
    case 'running':
      return { symbol: symbols.up, role: 'good' };
    case 'paused':
    case 'restarting':
      return { symbol: symbols.partial, role: 'warn' };
    default:
      return { symbol: symbols.down, role: 'bad' };
  }
}

function addressCell(row: TopologyRow): Line {
  const addresses =
    row.kind === 'namespace'
      ? row.namespace.kind === 'host'
        ? []
        : row.namespace.links.filter((link) => link.kind !== 'loopback').flatMap((link) => link.addresses)
      : row.kind === 'bridge'
        ? row.bridge.addresses
        : row.link.addresses;
  // Every link has a link-local address (RFC 4291): it tells nothing about where the link leads.
  const telling = addresses.filter((address) => !/^fe[89ab]/i.test(address));
  const best = telling.find((address) => !address.includes(':')) ?? telling[0];
  return best === undefined ? [] : [piece(best, 'address')];
}

function leadsTo(row: TopologyRow, topology: Topology, symbols: Symbols): Line {
  switch (row.kind) {
    case 'namespace': {
      const [container] = row.namespace.containers;
      if (container === undefined || row.namespace.kind === 'host') {
        const many = row.namespace.links.length;
        const [pid] = row.namespace.kind === 'anonymous' ? row.namespace.pids : [];
        const whose = pid === undefined ? '' : `, pid ${pid}`;
        return [piece(`${many} ${many === 1 ? 'link' : 'links'}${whose}`, 'faint')];
      }
      return [piece(networksOf(container, topology), 'faint')];
    }
    case 'bridge':
      return row.bridge.network === null
        ? [piece('bridge', 'faint')]
        : [piece('network ', 'faint'), piece(row.bridge.network)];
    case 'link':
      return linkLeadsTo(row.link, row.member?.containers ?? [], topology, symbols);
  }
}

function networksOf(container: TopologyContainer, topology: Topology): string {
  if (container.state !== 'running') return container.state;
  const names = container.networks.map((network) => network.name);
  return names.length > 0 ? names.join(', ') : networkModeText(container, topology);
}

function linkLeadsTo(link: Link, containers: readonly string[], topology: Topology, symbols: Symbols): Line {
  if (link.peer !== null) {
    const name = endName(topology, link.peer);
    return [piece(`${symbols.both} `, 'faint'), piece(name, containers.length > 0 ? 'name' : 'plain')];
  }
  if (link.parent !== null) {
    const what = summarize({ ...link, parent: null });
    return [piece(`${what} on `, 'faint'), piece(endName(topology, link.parent))];
  }
  if (link.kind === 'veth') return [piece('peer not known', 'warn')];
  return [piece(summarize(link), 'faint')];
}
