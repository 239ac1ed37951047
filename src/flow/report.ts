/**
 * Flows for people and programs, out of their records. An object is made once per flow and made anew only when the
 * flow changed, so that asking for all of them several times a second costs what changed since.
 */
import { formatIp } from '../packet/address.ts';
import type { Encapsulations } from '../packet/model.ts';
import { addressText } from './address.ts';
import type { ApplicationTracker } from './applications.ts';
import { isoTime, secondsBetween } from './clock.ts';
import { errorName, type IcmpError } from './icmp-errors.ts';
import type { Flow, FlowBrief, FlowEnd, FlowError, FlowInterface, TcpSummary } from './model.ts';
import type { FlowNotes } from './notes.ts';
import { at, direction, flag, kind } from './record.ts';
import { type Clock, stateOf } from './state.ts';
import type { FlowStore } from './store.ts';
import { countsOf, type SegmentCounts } from './tcp/counts.ts';

/** Where interfaces and addresses are: what the session knows of the host. */
export interface FlowNames {
  interfaceOf(interfaceId: number): FlowInterface | null;
  /** Name of the container that had `address` at `time` (seconds since 1970), as seen from that interface. */
  containerOf(address: string, interfaceId: number, time: number): string | null;
  /**
   * How many devices a packet passes below this one on its way in: 0 for a port, 1 for its bridge. The kernel gives all
   * of them the time at which the packet came in; this tells their order. 0 where it is not known.
   */
  depthOf?(interfaceId: number): number;
  /** Goes up when an answer may differ from before. */
  readonly version: number;
}

const protocolNames = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
  [132, 'sctp'],
]);

/** What a flow's report needs besides its record. */
export interface FlowContext {
  readonly store: FlowStore;
  readonly counts: SegmentCounts;
  readonly encapsulations: Encapsulations;
  readonly clock: Clock;
  readonly names: FlowNames;
  readonly notes: FlowNotes;
  readonly applications: ApplicationTracker;
}

/** The flow in the record at word `base`. `previous` is its last report, whose texts are used again; null for none. */
export function buildFlow(context: FlowContext, base: number, previous: Flow | null): Flow {
  const { words, doubles } = context.store;
  const flags = words[base + at.flags] ?? 0;
  const kindWord = words[base + at.kind] ?? 0;
  const sourceIsB = (flags & flag.sourceIsB) !== 0;
  const brief = buildBrief(context, base, previous);
  const firstSeconds = doubles[(base + at.firstSeconds) >> 1] ?? 0;
  const firstNanoseconds = words[base + at.firstNanoseconds] ?? 0;
  const lastSeconds = doubles[(base + at.lastSeconds) >> 1] ?? 0;
  const lastNanoseconds = words[base + at.lastNanoseconds] ?? 0;
  const stack = words[base + at.encapsulation] ?? 0;
  const { encapsulations } = context;
  const outside = encapsulations.get(sourceIsB ? encapsulations.get(stack).reverse : stack);
  return {
    id: brief.id,
    connection: words[base + at.connection] ?? 0,
    interface: brief.interface,
    interfaceId: words[base + at.interface] ?? 0,
    protocol: brief.protocol,
    source: brief.source,
    destination: brief.destination,
    vlans: outside.vlans,
    tunnels: outside.tunnels,
    packets: brief.packets,
    bytes: brief.bytes,
    firstSeen: isoTime(firstSeconds, firstNanoseconds),
    lastSeen: isoTime(lastSeconds, lastNanoseconds),
    duration: secondsBetween(firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds),
    state: brief.state,
    application: brief.application,
    tcp: tcpSummary(context, base, kindWord),
    notes: brief.notes,
    ...(context.notes.has(brief.id) ? saidOf(context.notes, brief.id) : {}),
  };
}

/** The same as far as a line about it goes: a fraction of the work. */
export function buildBrief(context: FlowContext, base: number, previous: Flow | null): FlowBrief {
  const { words, doubles } = context.store;
  const flags = words[base + at.flags] ?? 0;
  const protocol = (words[base + at.kind] ?? 0) & 0xff;
  const sourceIsB = (flags & flag.sourceIsB) !== 0;
  const packetsA = words[base + at.packetsA] ?? 0;
  const packetsB = words[base + at.packetsB] ?? 0;
  const bytesA = doubles[(base + at.bytesA) >> 1] ?? 0;
  const bytesB = doubles[(base + at.bytesB) >> 1] ?? 0;
  return {
    id: words[base + at.id] ?? 0,
    interface: context.names.interfaceOf(words[base + at.interface] ?? 0),
    protocol: protocolNames.get(protocol) ?? String(protocol),
    source: end(context, base, !sourceIsB, previous),
    destination: end(context, base, sourceIsB, previous),
    packets: sourceIsB ? { forward: packetsB, reverse: packetsA } : { forward: packetsA, reverse: packetsB },
    bytes: sourceIsB ? { forward: bytesB, reverse: bytesA } : { forward: bytesA, reverse: bytesB },
    state: stateOf(words, doubles, base, context.clock),
    application: context.applications.nameOf(base),
    notes: notesOf(context, base, flags),
  };
}

function saidOf(notes: FlowNotes, id: number): Pick<Flow, 'failures' | 'error'> {
  const failures = notes.failuresOf(id);
  const error = notes.errorOf(id);
  return {
    ...(failures.length === 0 ? {} : { failures }),
    ...(error === null ? {} : { error: errorOf(error) }),
  };
}

function errorOf({ family, type, code, sender, mtu, count, packet }: IcmpError): FlowError {
  return {
    family: family === 4 ? 4 : 6,
    type,
    code,
    name: errorName(family, type, code),
    sender: formatIp(family, sender),
    mtu: mtu === 0 ? null : mtu,
    count,
    packet,
  };
}

/** SYN and FIN take a sequence number each (RFC 9293 section 3.4): beyond those the destination sent nothing. */
function isMute(words: Uint32Array, base: number): boolean {
  const flags = words[base + at.flags] ?? 0;
  if ((flags & flag.synAck) === 0) return false;
  const isA = (flags & flag.sourceIsB) !== 0;
  const side = base + (isA ? at.tcpA : at.tcpB);
  const isn = words[side + direction.baseSequence] ?? 0;
  const sent = ((words[side + direction.nextSequence] ?? 0) - isn) | 0;
  return sent <= 1 + ((flags & (isA ? flag.finA : flag.finB)) === 0 ? 0 : 1);
}

/** Who sent the newest RST. */
function resetBy(words: Uint32Array, base: number): 'source' | 'destination' | null {
  if ((words[base + at.resets] ?? 0) === 0) return null;
  const flags = words[base + at.flags] ?? 0;
  return ((flags & flag.resetByB) !== 0) === ((flags & flag.sourceIsB) !== 0) ? 'source' : 'destination';
}

function notesOf(context: FlowContext, base: number, flags: number): readonly string[] {
  const texts = context.notes.textsOf(context.store.words[base + at.id] ?? 0);
  return (flags & flag.portReuse) === 0 ? texts : ['port reuse', ...texts];
}

function portOf(words: Uint32Array, base: number, ofA: boolean): number | null {
  if (((words[base + at.kind] ?? 0) & kind.ports) === 0) return null;
  const ports = words[base + at.ports] ?? 0;
  return ofA ? ports >>> 16 : ports & 0xffff;
}

function end(context: FlowContext, base: number, isA: boolean, previous: Flow | null): FlowEnd {
  const { store, names } = context;
  const address = addressText(store, base, isA);
  const port = portOf(store.words, base, isA);
  const container = names.containerOf(
    address,
    store.words[base + at.interface] ?? 0,
    store.doubles[(base + at.firstSeconds) >> 1] ?? 0,
  );
  if (previous !== null) {
    for (const known of [previous.source, previous.destination]) {
      if (known.address === address && known.port === port && known.container === container) return known;
    }
  }
  return { address, port, container };
}

function tcpSummary(context: FlowContext, base: number, kindWord: number): TcpSummary | null {
  if ((kindWord & 0xff) !== 6 || (kindWord & kind.ports) === 0) return null;
  const { words, doubles } = context.store;
  const handshakeRtt = doubles[(base + at.firstRtt) >> 1] ?? 0;
  const rttCount = words[base + at.rttCount] ?? 0;
  const rttSum = doubles[(base + at.rttSum) >> 1] ?? 0;
  const counts = countsOf(context.counts, words[base + at.counts] ?? 0);
  return {
    handshakeRttMs: handshakeRtt === 0 ? null : handshakeRtt / 1e6,
    ackRttMs: rttCount === 0 ? null : rttSum / rttCount / 1e6,
    retransmissions: counts.retransmission + counts.fastRetransmission + counts.spuriousRetransmission,
    outOfOrder: counts.outOfOrder,
    duplicateAcks: counts.duplicateAck,
    zeroWindows: counts.zeroWindow,
    resets: words[base + at.resets] ?? 0,
    syns: words[base + at.syns] ?? 0,
    isMute: isMute(words, base),
    resetBy: resetBy(words, base),
    analysis: counts,
  };
}
