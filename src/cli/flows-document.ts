/** `netscope flows` as data: the JSON document, CSV records and NDJSON objects of the contract. */
import { type Connection, type Flow, flowsSchemaName } from '../flow/model.ts';
import type { Session } from '../session/model.ts';
import type { FlowFilter } from './display-filter.ts';

export interface SourceSummary {
  readonly files: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  readonly dropped: number | null;
  readonly warnings: readonly string[];
  readonly comments?: readonly string[];
}

export function sourceOf(session: Session): SourceSummary {
  const totals = session.totals();
  return {
    files: session.files,
    packets: totals.packets,
    bytes: totals.bytes,
    dropped: totals.dropped,
    warnings: session.warnings,
    ...(session.comments.length === 0 ? {} : { comments: session.comments }),
  };
}

/** A flow without what is only of use inside the process: JSON leaves out what is undefined. */
export function flowObject(flow: Flow): object {
  return { ...flow, interfaceId: undefined };
}

/** Flows and connections are to be gone through in this order, once: what is shown of the one decides on the other. */
export function flowsDocument(session: Session, accepts: FlowFilter): object {
  const { flows, connections } = session.passingFlows();
  const shown = new Set<number>();
  return {
    schema: flowsSchemaName,
    source: sourceOf(session),
    flows: shownFlows(flows, accepts, shown),
    connections: connectionsOf(connections, shown),
  };
}

function* shownFlows(flows: Iterable<Flow>, accepts: FlowFilter, shown: Set<number>): Generator<object> {
  for (const flow of flows) {
    if (accepts?.(flow) === false) continue;
    shown.add(flow.id);
    yield flowObject(flow);
  }
}

function* connectionsOf(
  connections: Iterable<Connection>,
  shown: ReadonlySet<number>,
): Generator<Connection> {
  for (const connection of connections) {
    if (connection.flows.some((flow) => shown.has(flow))) yield connection;
  }
}

export const flowColumns = [
  'id',
  'connection',
  'interface',
  'protocol',
  'source',
  'sourcePort',
  'sourceContainer',
  'destination',
  'destinationPort',
  'destinationContainer',
  'state',
  'application',
  'packetsForward',
  'packetsReverse',
  'bytesForward',
  'bytesReverse',
  'firstSeen',
  'lastSeen',
  'duration',
] as const;

export function flowCells(flow: Flow): readonly (string | number | null)[] {
  return [
    flow.id,
    flow.connection,
    flow.interface === null ? null : `${flow.interface.namespace}:${flow.interface.name}`,
    flow.protocol,
    flow.source.address,
    flow.source.port,
    flow.source.container,
    flow.destination.address,
    flow.destination.port,
    flow.destination.container,
    flow.state,
    flow.application,
    flow.packets.forward,
    flow.packets.reverse,
    flow.bytes.forward,
    flow.bytes.reverse,
    flow.firstSeen,
    flow.lastSeen,
    flow.duration,
  ];
}
