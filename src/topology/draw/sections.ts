/** What the tree says below the namespaces: networks, published ports, stopped containers, warnings. */
import { networksOf } from '../container-networks.ts';
import type { Topology } from '../model.ts';
import type { SystemRemote, SystemService } from '../systems/model.ts';
import { some, unique } from '../systems/scene.ts';
import { leaf, row, rows, type Span, span, type TreeNode } from './lines.ts';

/** The sections that have something to say. */
export function sections(topology: Topology): readonly TreeNode[] {
  return [
    systemsNode(topology),
    publishedNode(topology),
    stoppedNode(topology),
    {
      spans: [span('warnings', 'heading')],
      children: topology.warnings.map((warning) => leaf(span(warning, 'warn'))),
    },
  ].filter(({ children }) => children.length > 0);
}

function publishedNode(topology: Topology): TreeNode {
  return {
    spans: [span('published ports', 'heading')],
    children: rows(
      topology.publishedPorts.map(({ container, protocol, hostAddress, hostPort, containerPort, by }) => [
        span(
          `${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress || '*'}:${hostPort}/${protocol}`,
          'address',
        ),
        span('>'),
        span(`${container}:${containerPort}`, 'container'),
        by.length > 0
          ? span(`by ${by.join(', ')}`, 'dim')
          : span('nothing on this host makes it work', 'bad'),
      ]),
    ),
  };
}

/** What the tree above does not show by itself. */
function systemsNode({ systems }: Topology): TreeNode {
  return {
    spans: [span('networks', 'heading')],
    children: systems
      .filter(
        ({ system }) => !/^(docker-(bridge|host|none|container)|macvlan|ipvlan|netns-lab)$/.test(system),
      )
      .map(({ system, name, evidence, services, remotes }) => ({
        spans: row(span(system, 'heading'), span(name)),
        children: [
          ...evidence.map((fact) => leaf(span(fact, 'dim'))),
          ...rows(remoteCells(remotes)),
          ...rows(services.map(serviceCells)),
        ],
      })),
  };
}

/** A line for each other host: by which tunnel, or what is behind it. */
function remoteCells(remotes: readonly SystemRemote[]): readonly (readonly Span[])[] {
  return unique(remotes.map(({ host }) => host)).map((host) => {
    const known = remotes.filter((remote) => remote.host === host);
    return [
      span(host, 'address'),
      span(known.every(({ by }) => by === 'tunnel') ? 'by' : 'has', 'dim'),
      span(some(unique(known.map(({ behind }) => behind)))),
    ];
  });
}

function serviceCells({ name, protocol, address, port, endpoints }: SystemService): readonly Span[] {
  const where = address?.includes(':') ? `[${address}]` : (address ?? '*');
  return [
    span(`${where}${port === null ? '' : `:${port}`}${protocol === '' ? '' : `/${protocol}`}`, 'address'),
    span(name),
    span('>'),
    span(
      endpoints
        .map((end) => `${end.container ?? end.address}${end.port === null ? '' : `:${end.port}`}`)
        .join(', ') || 'no endpoint',
      endpoints.length > 0 ? 'container' : 'bad',
    ),
  ];
}

function stoppedNode(topology: Topology): TreeNode {
  return {
    spans: [span('containers that do not run', 'heading')],
    children: rows(
      topology.stoppedContainers.map((container) => [
        span(container.name),
        span(container.state, 'dim'),
        span(`network ${networksOf(container, topology)}`, 'dim'),
      ]),
    ),
  };
}
