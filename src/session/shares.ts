/** Who has how much of the traffic: flows and connections added up by protocol, container and address. */
import type { Connection, Flow, FlowEnd } from '../flow/model.ts';
import type { FlowReport } from './model.ts';

/** The part of the traffic that something has. */
export interface Share {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
  /** Octets that it sent and received; both 0 where that means nothing. */
  readonly sent: number;
  readonly received: number;
  /** Connections, or flows by protocol. */
  readonly count: number;
  /** Flow.id of all that were added up. */
  readonly flows: ReadonlySet<number>;
}

export interface Shares {
  /** By application, else protocol, of flows as they were captured: of packets in tunnels the outer ones. */
  readonly protocols: readonly Share[];
  /** Each connection once, however many interfaces saw it: by the ends that it really has, before and after translation. */
  readonly containers: readonly Share[];
  readonly addresses: readonly Share[];
  /** Of connections' handshakes, and mean times to the ACKs of flows, in milliseconds. */
  readonly handshakes: readonly number[];
  readonly acknowledgments: readonly number[];
  /** Every flow that was added up. */
  readonly flows: ReadonlySet<number>;
  /** What the flows of `protocols` have in all. */
  readonly packets: number;
  readonly bytes: number;
}

interface Sum {
  packets: number;
  bytes: number;
  sent: number;
  received: number;
  count: number;
  readonly flows: Set<number>;
}

/** One end's view of a connection. */
interface Part {
  readonly packets: number;
  readonly sent: number;
  readonly received: number;
  readonly flows: readonly Flow[];
}

/**
 * @param wanted which connections, or flows without one (connection null), are added up; null for all.
 */
export function sharesOf(
  report: FlowReport,
  wanted: ((connection: Connection | null, flows: readonly Flow[]) => boolean) | null,
): Shares {
  const byId = new Map(report.flows.map((flow) => [flow.id, flow]));
  const protocols = new Map<string, Sum>();
  const containers = new Map<string, Sum>();
  const addresses = new Map<string, Sum>();
  const handshakes: number[] = [];
  const acknowledgments: number[] = [];
  const all = new Set<number>();
  const captured = { packets: 0, bytes: 0 };

  function take(connection: Connection | null, flows: readonly Flow[]): void {
    if (flows.length === 0 || (wanted !== null && !wanted(connection, flows))) return;
    for (const flow of flows) {
      all.add(flow.id);
      // The packets of a tunnel are in the outer flow already.
      if (!flow.tunnels.some(({ source }) => source !== null)) byProtocol(flow);
      if (flow.tcp?.ackRttMs != null) acknowledgments.push(flow.tcp.ackRttMs);
    }
    const most = largest(flows);
    const handshake = flows.find((flow) => flow.tcp?.handshakeRttMs != null)?.tcp?.handshakeRttMs;
    if (handshake != null) handshakes.push(handshake);
    const [source, destination] = endsOf(connection, flows, byId);
    const packets = packetsOf(most);
    const { forward, reverse } = most.bytes;
    byEnd(source, { packets, sent: forward, received: reverse, flows });
    byEnd(destination, { packets, sent: reverse, received: forward, flows });
  }

  function byProtocol(flow: Flow): void {
    const packets = packetsOf(flow);
    const bytes = bytesOf(flow);
    captured.packets += packets;
    captured.bytes += bytes;
    add(protocols, flow.application ?? flow.protocol, {
      packets,
      sent: flow.bytes.forward,
      received: flow.bytes.reverse,
      flows: [flow],
    });
  }

  function byEnd(end: FlowEnd, part: Part): void {
    add(addresses, end.address, part);
    if (end.container !== null) add(containers, end.container, part);
  }

  for (const connection of report.connections) {
    take(
      connection,
      connection.flows.flatMap((id) => byId.get(id) ?? []),
    );
  }
  for (const flow of report.flows) if (flow.connection === 0) take(null, [flow]);
  return {
    protocols: sharesIn(protocols),
    containers: sharesIn(containers),
    addresses: sharesIn(addresses),
    handshakes,
    acknowledgments,
    flows: all,
    ...captured,
  };
}

/** The first sender and the last receiver: addresses in between are translations. */
function endsOf(
  connection: Connection | null,
  flows: readonly Flow[],
  byId: ReadonlyMap<number, Flow>,
): readonly [FlowEnd, FlowEnd] {
  const largestFlow = largest(flows);
  const first = byId.get(connection?.path[0]?.flow ?? 0) ?? largestFlow;
  const last = byId.get(connection?.path.at(-1)?.flow ?? 0) ?? largestFlow;
  return [first.source, last.destination];
}

/** Of the flows of one connection, which are the same packets, the one that lost fewest. */
function largest(flows: readonly Flow[]): Flow {
  return flows.reduce((most, flow) => (packetsOf(flow) > packetsOf(most) ? flow : most));
}

function add(sums: Map<string, Sum>, name: string, part: Part): void {
  let sum = sums.get(name);
  if (sum === undefined) {
    sum = { packets: 0, bytes: 0, sent: 0, received: 0, count: 0, flows: new Set() };
    sums.set(name, sum);
  }
  sum.packets += part.packets;
  sum.bytes += part.sent + part.received;
  sum.sent += part.sent;
  sum.received += part.received;
  sum.count++;
  for (const flow of part.flows) sum.flows.add(flow.id);
}

/** Most octets first. */
function sharesIn(sums: ReadonlyMap<string, Sum>): readonly Share[] {
  return Array.from(sums, ([name, sum]): Share => ({ name, ...sum })).sort((a, b) => b.bytes - a.bytes);
}

export function packetsOf({ packets }: Flow): number {
  return packets.forward + packets.reverse;
}

export function bytesOf({ bytes }: Flow): number {
  return bytes.forward + bytes.reverse;
}
