/**
 * The flow table: one record per 5-tuple on one interface inside one stack of tags and tunnels. `add` is called for
 * every packet and works on numbers only; objects and text are made when `report` is asked for.
 */
import { type DecodedFrame, type Encapsulations, fragment, type IpLayer } from '../packet/model.ts';
import { beginRecord, countPacket, type FlowPacket } from './accounting.ts';
import { ApplicationTracker } from './applications.ts';
import { evictionOrder } from './eviction.ts';
import { type Counted, FragmentFlows } from './fragment-flows.ts';
import { noteSample, noteTcpIdentity } from './identity.ts';
import type { Flow, FlowBrief } from './model.ts';
import { FlowNotes } from './notes.ts';
import { noteIcmpError } from './quoted.ts';
import { at, flag, kind, stride } from './record.ts';
import type { FlowNames } from './report.ts';
import { FlowReporter } from './reporter.ts';
import type { Clock } from './state.ts';
import { FlowStore } from './store.ts';
import { analyseSegment, resetDirections } from './tcp/analysis.ts';
import { SegmentCounts } from './tcp/counts.ts';
import { trackState } from './tcp/state.ts';
import { UnackedSegments } from './tcp/unacked.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { counts: countsAt, flags: flagsAt, id: idAt } = at;
const { ipv6: ipv6Bit, ports: portsBit } = kind;
const { recognised, request } = flag;
const { none: wholePacket, later: laterFragment } = fragment;
const recordWords = stride;

const tcp = 6;
const icmp = 1;
const icmpv6 = 58;
const echoRequest4 = 8;
const echoRequest6 = 128;

export interface FlowTableOptions {
  /** Flows to hold at most; those that ended longest ago go first. No limit by default. */
  readonly limit?: number;
}

export class FlowTable {
  /** Ids of the last packet's outermost and innermost flow; 0 for none, or not yet known (fragments). */
  lastFlow = 0;
  lastInnerFlow = 0;
  /** `segmentFlag` bits of the last packet's innermost TCP segment. */
  lastAnalysis = 0;
  /** Flows that were dropped because of the limit. */
  evicted = 0;
  readonly store = new FlowStore();
  readonly notes = new FlowNotes();
  readonly counts = new SegmentCounts();
  readonly clock: Clock = { seconds: Number.NEGATIVE_INFINITY, ended: false };
  readonly encapsulations: Encapsulations;
  readonly #limit: number;
  readonly #unacked = new UnackedSegments();
  readonly #applications: ApplicationTracker;
  readonly #fragments: FragmentFlows;
  readonly #reporter: FlowReporter;
  /** `Encapsulation.reverse` by id. */
  readonly #reverse: number[] = [0];
  /** Second of the first packet. */
  #epoch = Number.NaN;
  /** Direction of the packet in the flow that was counted last. */
  #fromA = true;
  /** Number of the packet in the capture. */
  #packet = 0;
  /** Flows that the frame was counted for, where it holds several packets. */
  readonly #counted: number[] = [];

  constructor(encapsulations: Encapsulations, options: FlowTableOptions = {}) {
    this.encapsulations = encapsulations;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
    const { store, counts, notes, clock } = this;
    this.#fragments = new FragmentFlows({
      store,
      append: (fromA, seconds, nanoseconds) => this.#append(fromA, seconds, nanoseconds),
      reverseOf: (stack) => this.#reverseOf(stack),
    });
    const applications = new ApplicationTracker(store, notes);
    this.#applications = applications;
    this.#reporter = new FlowReporter({
      store,
      counts,
      notes,
      encapsulations,
      clock,
      applications,
    });
  }

  /** Nanoseconds that the last packet's ACK came after the segment that it acknowledges; NaN for none. */
  get lastRoundTrip(): number {
    return this.store.times[1] ?? Number.NaN;
  }

  /** Goes up when `report` gave something new. */
  get version(): number {
    return this.#reporter.version;
  }

  /** Counts one packet, `number` of the capture: what it says that is worth a note is found there. */
  add(frame: DecodedFrame, packet: FlowPacket, number = 0): void {
    this.#packet = number;
    this.lastFlow = 0;
    this.lastInnerFlow = 0;
    this.lastAnalysis = 0;
    const { seconds } = packet;
    const { times } = this.store;
    if (Number.isNaN(this.#epoch)) this.#epoch = seconds;
    times[0] = (seconds - this.#epoch) * 1e9 + packet.nanoseconds;
    times[1] = Number.NaN;
    if (seconds > this.clock.seconds) this.clock.seconds = seconds;
    const { layers, layerCount } = frame;
    const only = layers[0];
    if (layerCount === 1 && only !== undefined && only.fragment === wholePacket) {
      this.lastFlow = this.#addLayer(frame, only, packet);
      this.lastInnerFlow = this.lastFlow;
    } else if (layerCount > 0) {
      this.#addLayers(frame, packet);
    }
  }

  /** Says that time passed without packets: flows that wait for an answer may have waited long enough. */
  advance(seconds: number): void {
    if (seconds > this.clock.seconds) this.clock.seconds = seconds;
  }

  /** Says that nothing more will come. */
  finish(): void {
    this.#fragments.expire(Number.NaN);
    this.#applications.expire(Number.POSITIVE_INFINITY);
    this.clock.ended = true;
  }

  /** All flows in the order of their ids; the same array as before when nothing changed. */
  report(names: FlowNames): readonly Flow[] {
    this.#expire();
    return this.#reporter.report(names);
  }

  /** The same flows, each made when it is asked for and not kept: for those who look at each once. */
  *each(names: FlowNames): Generator<Flow> {
    this.#expire();
    for (let record = 0; record < this.store.count; record++) yield this.#reporter.build(record, names);
  }

  /** One of them; undefined when the table does not hold it (any more). */
  flowOf(id: number, names: FlowNames): Flow | undefined {
    const record = this.store.recordOf(id);
    return record < 0 ? undefined : this.#reporter.build(record, names);
  }

  /** The same, as far as a line about it goes. */
  briefOf(id: number, names: FlowNames): FlowBrief | undefined {
    const record = this.store.recordOf(id);
    return record < 0 ? undefined : this.#reporter.buildBrief(record, names);
  }

  /** Gives up on what is overdue. */
  #expire(): void {
    this.#fragments.expire(this.clock.seconds);
    this.#applications.expire((this.clock.seconds - this.#epoch) * 1e9);
  }

  /** Tunnels, fragments, and packets side by side: the outermost and the innermost header of each are counted. */
  #addLayers(frame: DecodedFrame, packet: FlowPacket): void {
    const { layers, layerCount } = frame;
    this.#counted.length = 0;
    let outer: Counted = { id: 0, fromA: true };
    let chain = 0;
    for (let index = 0; index < layerCount; index++) {
      const layer = layers[index];
      if (layer === undefined) return;
      const isOuter = layer.level === 0;
      const isInner = index + 1 === layerCount || (layers[index + 1]?.level ?? 0) <= layer.level;
      if (!isOuter && !isInner) continue;
      let counted: Counted;
      let inner: Counted;
      if (layer.fragment === laterFragment) {
        ({ outer: counted, inner } = this.#fragments.count(layer, packet));
      } else {
        counted = { id: this.#addLayer(frame, layer, packet), fromA: this.#fromA };
        inner = counted;
      }
      if (isOuter) {
        chain = index;
        outer = counted;
        if (this.lastFlow === 0) this.lastFlow = counted.id;
      }
      if (isInner) {
        this.lastInnerFlow = inner.id;
        this.#fragments.register(frame, packet, chain, index, outer, inner);
      }
    }
  }

  /** Counts the packet for one layer's flow. Returns the flow's id. */
  #addLayer(frame: DecodedFrame, layer: IpLayer, packet: FlowPacket): number {
    const store = this.store;
    const stack = layer.encapsulation;
    const protocol = layer.protocol;
    const kindWord = protocol | (layer.family === 6 ? ipv6Bit : 0) | (layer.hasPorts ? portsBit : 0);
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
    if (record < 0) record = this.#create(frame, layer, packet, fromA);
    const base = record * recordWords;
    const id = this.evicted === 0 ? record + 1 : (store.words[base + idAt] ?? 0);
    if (frame.layerCount === 1 || this.#isNew(id)) countPacket(store, record, fromA, packet);
    const hasPayload = layer.payloadCaptured > 0 && layer.hasPorts;
    if (protocol === tcp && layer.hasPorts) {
      // A segment in fragments has a length that its first fragment does not tell.
      if (layer.hasTransport && layer.fragment === wholePacket) this.#addSegment(base, fromA, layer, packet);
    } else {
      if (protocol === icmp || protocol === icmpv6) this.#addIcmp(base, layer, packet);
      noteSample(store, base, fromA, layer, packet.buffer);
    }
    if (hasPayload && ((store.words[base + flagsAt] ?? 0) & recognised) === 0) {
      this.#applications.packet = this.#packet;
      this.#applications.look(base, fromA, layer, packet.buffer);
    }
    return id;
  }

  /** A frame that holds several packets of one flow counts once. */
  #isNew(id: number): boolean {
    if (this.#counted.includes(id)) return false;
    this.#counted.push(id);
    return true;
  }

  /** A record for the key, with what the first packet alone has. */
  #create(frame: DecodedFrame, layer: IpLayer, packet: FlowPacket, fromA: boolean): number {
    const store = this.store;
    const record = this.#append(fromA, packet.seconds, packet.nanoseconds);
    const base = record * recordWords;
    if (layer.protocol === tcp) resetDirections(store, base, this.#unacked);
    store.words[base + at.misc] = layer.ttl | (fromA ? 0 : 1 << 8);
    // Inside a tunnel the frame's addresses are not the packet's.
    if (layer.level > 0) return record;
    const { sourceMacHigh, sourceMacLow, destinationMacHigh, destinationMacLow } = frame;
    store.words[base + at.macs] =
      Math.imul(sourceMacLow ^ (sourceMacHigh << 16), 0x9e3779b1) ^
      Math.imul(destinationMacLow ^ (destinationMacHigh << 16), 0x85ebca6b);
    return record;
  }

  /** A record for the key, after making room for it where there is a limit. */
  #append(fromA: boolean, seconds: number, nanoseconds: number): number {
    const store = this.store;
    if (store.count >= this.#limit) this.#evict();
    const record = store.append();
    beginRecord(store, record, fromA, seconds, nanoseconds);
    return record;
  }

  #addSegment(base: number, fromA: boolean, layer: IpLayer, packet: FlowPacket): void {
    const store = this.store;
    const { buffer } = packet;
    const end = packet.start + packet.capturedLength;
    const result = analyseSegment(store, this.#unacked, base, fromA, layer, buffer, end);
    this.lastAnalysis = result;
    const words = store.words;
    if (result !== 0) words[base + countsAt] = this.counts.add(words[base + countsAt] ?? 0, result);
    trackState(words, base, fromA, layer.tcpFlags, layer.payloadLength, result);
    noteTcpIdentity(words, base, fromA, layer);
  }

  #addIcmp(base: number, layer: IpLayer, packet: FlowPacket): void {
    const words = this.store.words;
    if (layer.icmpType === (layer.family === 4 ? echoRequest4 : echoRequest6)) {
      words[base + flagsAt] = (words[base + flagsAt] ?? 0) | request;
    }
    if (!layer.icmpError) return;
    noteIcmpError(this.store, this.notes, layer, packet, this.#reverseOf(layer.encapsulation), this.#packet);
  }

  /** Drops an eighth of the flows: first those that ended, the longest ago first. */
  #evict(): void {
    const { store } = this;
    const keep = evictionOrder(store, Math.ceil(this.#limit / 8), (base, id, isTcp) => {
      if (isTcp) {
        this.#unacked.clear(store, base + at.tcpA);
        this.#unacked.clear(store, base + at.tcpB);
      }
      this.counts.free(store.words[base + countsAt] ?? 0);
      this.notes.delete(id);
      this.#applications.forget(id);
    });
    this.evicted += store.count - keep.length;
    this.#reporter.compact(keep);
    store.compact(keep);
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
