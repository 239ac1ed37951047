/**
 * The flow table: one record per 5-tuple on one interface inside one stack of tags and tunnels. `add` is called for
 * every packet and works on numbers only; objects and text are made when `report` is asked for.
 */
import { type DecodedFrame, type Encapsulations, fragment, type IpLayer } from '../packet/model.ts';
import { beginRecord, countPacket, creditFragments, type FlowPacket, holdFragment } from './accounting.ts';
import { type Datagram, FragmentTable } from './fragments.ts';
import { createQuote, isRejection, mtuOf, readQuote } from './icmp-errors.ts';
import { noteSample, noteTcpIdentity } from './identity.ts';
import type { Flow } from './model.ts';
import { FlowNotes } from './notes.ts';
import { at, flag, kind, stride } from './record.ts';
import type { FlowNames } from './report.ts';
import { FlowReporter } from './reporter.ts';
import type { Clock } from './state.ts';
import { FlowStore } from './store.ts';
import { analyseSegment, resetDirections } from './tcp/analysis.ts';
import { SegmentCounts } from './tcp/counts.ts';
import { trackState } from './tcp/state.ts';
import { UnackedSegments } from './tcp/unacked.ts';

const tcp = 6;
const icmp = 1;
const icmpv6 = 58;
const echoRequest4 = 8;
const echoRequest6 = 128;

export class FlowTable {
  /** Ids of the last packet's outermost and innermost flow; 0 for none, or not yet known (fragments). */
  lastFlow = 0;
  lastInnerFlow = 0;
  /** `segmentFlag` bits of the last packet's innermost TCP segment. */
  lastAnalysis = 0;
  readonly store = new FlowStore();
  readonly notes = new FlowNotes();
  readonly counts = new SegmentCounts();
  readonly clock: Clock = { seconds: Number.NEGATIVE_INFINITY, ended: false };
  /** Flows that were dropped because of the limit. */
  evicted = 0;
  readonly encapsulations: Encapsulations;
  readonly #unacked = new UnackedSegments();
  readonly #fragments = new FragmentTable((datagram) => this.#orphans(datagram));
  readonly #reporter: FlowReporter;
  /** `Encapsulation.reverse` by id. */
  readonly #reverse: number[] = [0];
  readonly #quote = createQuote();
  /** Number of the last packet, and its time in nanoseconds since the second of the first one. */
  #serial = 0;
  #epoch = Number.NaN;
  #now = 0;
  /** Innermost flow of the layer that was counted last, and its direction. */
  #inner = 0;
  #fromA = true;

  constructor(encapsulations: Encapsulations) {
    this.encapsulations = encapsulations;
    this.#reporter = new FlowReporter({
      store: this.store,
      counts: this.counts,
      notes: this.notes,
      encapsulations,
      clock: this.clock,
      applicationOf: () => null,
    });
  }

  /** Nanoseconds that the last packet's ACK came after the segment that it acknowledges; NaN for none. */
  get lastRoundTrip(): number {
    return this.#unacked.lastRoundTrip;
  }

  /** Goes up when `report` gave something new. */
  get version(): number {
    return this.#reporter.version;
  }

  /** Counts one packet. */
  add(frame: DecodedFrame, packet: FlowPacket): void {
    this.lastFlow = 0;
    this.lastInnerFlow = 0;
    this.lastAnalysis = 0;
    this.#unacked.lastRoundTrip = Number.NaN;
    if (Number.isNaN(this.#epoch)) this.#epoch = packet.seconds;
    this.#now = (packet.seconds - this.#epoch) * 1e9 + packet.nanoseconds;
    if (packet.seconds > this.clock.seconds) this.clock.seconds = packet.seconds;
    this.#serial = (this.#serial + 1) >>> 0;
    const { layers, layerCount } = frame;
    let outer = 0;
    let outerFromA = true;
    let chain = 0;
    for (let index = 0; index < layerCount; index++) {
      const layer = layers[index];
      if (layer === undefined) return;
      const isOuter = layer.level === 0;
      const isInner = index + 1 === layerCount || (layers[index + 1]?.level ?? 0) <= layer.level;
      if (!isOuter && !isInner) continue;
      const flow = this.#addLayer(frame, layer, packet);
      if (isOuter) {
        chain = index;
        outer = flow;
        outerFromA = this.#fromA;
        if (this.lastFlow === 0) this.lastFlow = flow;
      }
      if (isInner) {
        this.lastInnerFlow = this.#inner;
        this.#registerFragments(frame, packet, chain, index, outer, outerFromA);
      }
    }
  }

  /** Says that time passed without packets: flows that wait for an answer may have waited long enough. */
  advance(seconds: number): void {
    if (seconds > this.clock.seconds) this.clock.seconds = seconds;
  }

  /** Says that nothing more will come. */
  finish(): void {
    this.#fragments.expire(Number.NaN);
    this.clock.ended = true;
  }

  /** All flows in the order of their ids; the same array as before when nothing changed. */
  report(names: FlowNames): readonly Flow[] {
    this.#fragments.expire(this.clock.seconds);
    return this.#reporter.report(names);
  }

  /** Counts the packet for one layer's flow. Returns the flow's id; 0 while it is not known. */
  #addLayer(frame: DecodedFrame, layer: IpLayer, packet: FlowPacket): number {
    if (layer.fragment === fragment.later) return this.#addFragment(layer, packet);
    const store = this.store;
    const stack = layer.encapsulation;
    const kindWord =
      layer.protocol | (layer.family === 6 ? kind.ipv6 : 0) | (layer.hasPorts ? kind.ports : 0);
    const fromA = store.setKey(
      packet.interfaceId,
      kindWord,
      layer.source,
      layer.destination,
      layer.sourcePort,
      layer.destinationPort,
      stack,
      stack === 0 ? 0 : this.#reverseOf(stack),
    );
    this.#fromA = fromA;
    let record = store.find();
    if (record < 0) {
      record = store.append();
      beginRecord(store, record, fromA, packet.seconds, packet.nanoseconds);
      this.#describe(record * stride, frame, layer, fromA);
    }
    const base = record * stride;
    countPacket(store, record, fromA, packet, this.#serial);
    const words = store.words;
    if (layer.protocol === tcp && layer.hasPorts) {
      // A segment in fragments has a length that its first fragment does not tell.
      if (layer.hasTransport && layer.fragment === fragment.none)
        this.#addSegment(base, fromA, layer, packet);
    } else {
      if (layer.protocol === icmp || layer.protocol === icmpv6) this.#addIcmp(base, layer, packet);
      noteSample(words, store.doubles, base, fromA, layer, packet.buffer, this.#now);
    }
    this.#inner = words[base + at.id] ?? 0;
    return this.#inner;
  }

  /** Notes of a new flow what its first packet alone has. */
  #describe(base: number, frame: DecodedFrame, layer: IpLayer, fromA: boolean): void {
    const words = this.store.words;
    if (layer.protocol === tcp) resetDirections(this.store, base, this.#unacked);
    words[base + at.ttl] = layer.ttl | (fromA ? 0 : 1 << 8);
    // Inside a tunnel the frame's addresses are not the packet's.
    if (layer.level > 0) return;
    const { sourceMacHigh, sourceMacLow, destinationMacHigh, destinationMacLow } = frame;
    words[base + at.macs] =
      Math.imul(sourceMacLow ^ (sourceMacHigh << 16), 0x9e3779b1) ^
      Math.imul(destinationMacLow ^ (destinationMacHigh << 16), 0x85ebca6b);
  }

  #addSegment(base: number, fromA: boolean, layer: IpLayer, packet: FlowPacket): void {
    const store = this.store;
    const words = store.words;
    const end = packet.start + packet.capturedLength;
    const result = analyseSegment(store, this.#unacked, base, fromA, layer, packet.buffer, end, this.#now);
    if (result !== 0) words[base + at.counts] = this.counts.add(words[base + at.counts] ?? 0, result);
    this.lastAnalysis = result;
    trackState(words, base, fromA, layer.tcpFlags, layer.payloadLength, result);
    noteTcpIdentity(words, base, fromA, layer);
  }

  #addIcmp(base: number, layer: IpLayer, packet: FlowPacket): void {
    const words = this.store.words;
    if (layer.icmpType === (layer.family === 4 ? echoRequest4 : echoRequest6)) {
      words[base + at.flags] = (words[base + at.flags] ?? 0) | flag.request;
    }
    if (layer.icmpError) this.#addError(layer, packet);
  }

  /** Finds the flow that an ICMP error is about, and notes the error there. */
  #addError(layer: IpLayer, packet: FlowPacket): void {
    const { buffer } = packet;
    const end = packet.start + packet.capturedLength;
    const quote = this.#quote;
    if (!readQuote(buffer, layer.payloadOffset, end, quote)) return;
    const store = this.store;
    const kindWord =
      quote.protocol | (quote.family === 6 ? kind.ipv6 : 0) | (quote.hasPorts ? kind.ports : 0);
    // The quoted packet went the other way: what is outside it is the reverse of what is outside the error.
    const stack = this.#reverseOf(layer.encapsulation);
    const fromA = store.setKey(
      packet.interfaceId,
      kindWord,
      quote.source,
      quote.destination,
      quote.sourcePort,
      quote.destinationPort,
      stack,
      layer.encapsulation,
    );
    const record = store.find();
    if (record < 0) return;
    const words = store.words;
    const base = record * stride;
    const { family, icmpType, icmpCode, source } = layer;
    this.notes.error(words[base + at.id] ?? 0, family, icmpType, icmpCode, source, mtuOf(layer, buffer, end));
    const flags = words[base + at.flags] ?? 0;
    const bySource = fromA === ((flags & flag.sourceIsB) === 0);
    if (bySource && isRejection(family, icmpType, icmpCode)) words[base + at.flags] = flags | flag.rejected;
    store.touch(record);
  }

  #addFragment(layer: IpLayer, packet: FlowPacket): number {
    const store = this.store;
    const datagram = this.#fragments.datagram(layer, packet.interfaceId, packet.seconds);
    this.#inner = datagram.innerFlow;
    if (datagram.flow === 0) {
      holdFragment(datagram, packet);
      return 0;
    }
    this.#fromA = datagram.innerFromA;
    countPacket(store, store.recordOf(datagram.flow), datagram.flowFromA, packet, this.#serial);
    countPacket(store, store.recordOf(datagram.innerFlow), datagram.innerFromA, packet, this.#serial);
    return datagram.flow;
  }

  /** Notes the flows of first fragments among the layers from `chain` to `last`, and credits those that waited. */
  #registerFragments(
    frame: DecodedFrame,
    packet: FlowPacket,
    chain: number,
    last: number,
    outer: number,
    outerFromA: boolean,
  ): void {
    const store = this.store;
    const inner = this.#inner;
    for (let index = chain; index <= last; index++) {
      const layer = frame.layers[index];
      if (layer?.fragment !== fragment.first || outer === 0 || inner === 0) continue;
      const datagram = this.#fragments.datagram(layer, packet.interfaceId, packet.seconds);
      datagram.flow = index === chain ? outer : inner;
      datagram.flowFromA = index === chain ? outerFromA : this.#fromA;
      datagram.innerFlow = inner;
      datagram.innerFromA = this.#fromA;
      if (datagram.packets === 0) continue;
      creditFragments(store, store.recordOf(datagram.flow), datagram.flowFromA, datagram);
      if (inner !== datagram.flow) creditFragments(store, store.recordOf(inner), this.#fromA, datagram);
      datagram.packets = 0;
      datagram.bytes = 0;
    }
  }

  /** Fragments whose first one was never seen: a flow without ports. */
  #orphans(datagram: Datagram): void {
    const store = this.store;
    const stack = datagram.encapsulation;
    const fromA = store.setKey(
      datagram.interfaceId,
      datagram.protocol | (datagram.family === 6 ? kind.ipv6 : 0),
      datagram.source,
      datagram.destination,
      0,
      0,
      stack,
      this.#reverseOf(stack),
    );
    let record = store.find();
    if (record < 0) {
      record = store.append();
      beginRecord(store, record, fromA, datagram.firstSeconds, datagram.firstNanoseconds);
    }
    creditFragments(store, record, fromA, datagram);
  }

  #reverseOf(stack: number): number {
    let reverse = this.#reverse[stack];
    if (reverse === undefined) {
      reverse = this.encapsulations.get(stack).reverse;
      this.#reverse[stack] = reverse;
    }
    return reverse;
  }
}
