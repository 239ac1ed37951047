/** The path of a connection by namespaces: where its first packet came in and what it looked like there. */
import type { Connection, Flow } from '../../flow/model.ts';
import { type Family, familyOf, parseAddress, type Words } from '../address.ts';
import { protocolNumber } from '../protocols.ts';

export interface SeenTuple {
  readonly source: string;
  readonly destination: string;
  /** -1 for protocols without ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export interface Visit {
  /** Namespace name as topology gives it. */
  readonly namespace: string;
  /** Interface names and what the packet looked like on each, in order. */
  readonly seen: readonly { readonly interface: string; readonly tuple: SeenTuple }[];
}

function tupleOf(flow: Flow): SeenTuple {
  return {
    source: flow.source.address,
    destination: flow.destination.address,
    sourcePort: flow.source.port ?? -1,
    destinationPort: flow.destination.port ?? -1,
  };
}

export interface Travel {
  readonly family: Family;
  readonly protocol: number;
  readonly visits: readonly Visit[];
}

/** Null for a connection without a path on known interfaces, and for protocols without a number. */
export function travelOf(
  connection: Pick<Connection, 'flows' | 'path'>,
  flowOf: (id: number) => Flow | undefined,
): Travel | null {
  const visits: { namespace: string; seen: { interface: string; tuple: SeenTuple }[] }[] = [];
  let number: number | null = null;
  let address: Words | null = null;
  for (const step of connection.path) {
    const flow = flowOf(step.flow);
    if (flow === undefined || flow.interface === null) continue;
    number ??= protocolNumber(flow.protocol === 'icmp6' ? 'ipv6-icmp' : flow.protocol);
    address ??= parseAddress(flow.source.address);
    const seen = { interface: flow.interface.name, tuple: tupleOf(flow) };
    const last = visits[visits.length - 1];
    if (last !== undefined && last.namespace === flow.interface.namespace) last.seen.push(seen);
    else visits.push({ namespace: flow.interface.namespace, seen: [seen] });
  }
  if (number === null || address === null || visits.length === 0) return null;
  return { family: familyOf(address), protocol: number, visits };
}
