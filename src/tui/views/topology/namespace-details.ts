/** All that is known about the selected namespace. */
import type { Listener } from '../../../snapshot/schema.ts';
import { networkModeText } from '../../../topology/container-networks.ts';
import type { PublishedPort, TopologyNamespace } from '../../../topology/model.ts';
import { fact, factLine, heading } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import { linkMark, stateOfContainer } from './columns.ts';
import { isStopped } from './containers.ts';
import { type DetailsInput, stateOf } from './details-input.ts';
import { keeperLines } from './keepers.ts';
import { systemLines, systemsOf } from './networks.ts';
import { endName } from './rows.ts';

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

export function namespaceDetails(input: DetailsInput, namespace: TopologyNamespace): readonly Line[] {
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

export function publishedLines(input: DetailsInput, containers: readonly string[]): readonly Line[] {
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
