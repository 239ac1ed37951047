/** A flow report by id. Ids count from 1 in the order of the list, so the place of an id is nearly known. */
import type { Connection, Flow } from '../../../flow/model.ts';
import type { FlowReport } from '../../../session/model.ts';

export interface ReportIndex {
  flow(id: number): Flow | undefined;
  connection(id: number): Connection | undefined;
}

export function indexReport(report: FlowReport): ReportIndex {
  return { flow: lookUp(report.flows), connection: lookUp(report.connections) };
}

/** Finds by id in a list in ascending order of ids, without going through it. */
function lookUp<Item extends { readonly id: number }>(
  items: readonly Item[],
): (id: number) => Item | undefined {
  return (id) => {
    const likely = items[id - 1];
    if (likely?.id === id) return likely;
    let low = 0;
    let high = items.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const item = items[middle];
      if (item === undefined) return undefined;
      if (item.id === id) return item;
      if (item.id < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  };
}

/** A row of the flows view: a connection, one of its flows, or a flow that belongs to no connection yet. */
export interface FlowRow {
  readonly key: string;
  readonly connection: Connection | null;
  /** The connection's first flow, or the flow itself. */
  readonly flow: Flow;
  /** Every flow that the row stands for. */
  readonly flows: readonly Flow[];
  /** True for a flow listed below its connection. */
  readonly child: boolean;
}

export function connectionKey(id: number): string {
  return `connection ${id}`;
}

export function flowKey(id: number): string {
  return `flow ${id}`;
}

export function connectionRow(index: ReportIndex, id: number): FlowRow | undefined {
  const connection = index.connection(id);
  if (connection === undefined) return undefined;
  const flows = connection.flows.flatMap((flow) => index.flow(flow) ?? []);
  const first = connection.path[0];
  const flow = (first === undefined ? undefined : index.flow(first.flow)) ?? flows[0];
  return flow === undefined ? undefined : { key: connectionKey(id), connection, flow, flows, child: false };
}

export function looseRow(index: ReportIndex, id: number): FlowRow | undefined {
  const flow = index.flow(id);
  return flow === undefined
    ? undefined
    : { key: flowKey(id), connection: null, flow, flows: [flow], child: false };
}

/** Packets and bytes of a row: those of the interface that saw most, as all saw the same packets. */
export function sizeOf(row: FlowRow): { readonly packets: number; readonly bytes: number } {
  let packets = 0;
  let bytes = 0;
  for (const flow of row.flows) {
    packets = Math.max(packets, flow.packets.forward + flow.packets.reverse);
    bytes = Math.max(bytes, flow.bytes.forward + flow.bytes.reverse);
  }
  return { packets, bytes };
}
