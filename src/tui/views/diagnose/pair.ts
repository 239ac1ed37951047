/** The ends of a flow as a diagnosis takes them. */
import type { Flow } from '../../../flow/model.ts';
import type { Topology } from '../../../topology/model.ts';
import type { Pair } from '../../state/diagnosing.ts';
import { withPort } from './candidates.ts';

export function pairOfFlow(
  { source, destination, protocol }: Pick<Flow, 'source' | 'destination' | 'protocol'>,
  topology: Topology | null,
): Pair {
  const from = source.container ?? ownerOf(source.address, topology) ?? `external:${source.address}`;
  const port = protocol === 'tcp' || protocol === 'udp' ? destination.port : null;
  return { from, to: withPort(destination.container ?? destination.address, port, protocol) };
}

/** Name of the namespace that has the address. */
function ownerOf(address: string, topology: Topology | null): string | null {
  const owner = topology?.namespaces.find(({ links }) =>
    links.some(({ kind, addresses }) =>
      kind === 'loopback' ? false : addresses.some((cidr) => cidr.startsWith(`${address}/`)),
    ),
  );
  return owner?.name ?? null;
}
