/** What details are worked out from. */
import type { SessionInterface } from '../../../session/model.ts';
import type { HostSnapshot, NamespaceState } from '../../../snapshot/schema.ts';
import type { HostTraffic } from '../../../topology/link-traffic.ts';
import type { Topology } from '../../../topology/model.ts';
import type { Symbols } from '../../theme.ts';
import type { TopologyRow } from './rows.ts';

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

/** The namespace as the kernel described it; undefined where a file holds no state of it. */
export function stateOf({ snapshot, row }: DetailsInput): NamespaceState | undefined {
  return snapshot?.namespaces.find(({ id }) => id === row.namespace.id);
}
