/**
 * A file's flows as they were at some packet: the packets up to it are taken in once more, into a flow table of their
 * own. Going on costs what the packets in between cost; going back begins anew. Ids are those of the session, because
 * flows are numbered in the order of their first packets.
 */

import { createRecord } from '../capture-file/record.ts';
import type { Flow } from '../flow/model.ts';
import { at, flag, stride } from '../flow/record.ts';
import type { HostState } from './host-state.ts';
import { Ingest } from './ingest.ts';
import type { FlowReport, Part, RulesReport } from './model.ts';
import type { SessionNames } from './names.ts';
import type { PacketBytes } from './packet-bytes.ts';
import { createRow } from './packet-index.ts';
import { Reports } from './reports.ts';

/** Milliseconds of work in one call: keys wait no longer than this. */
const slice = 20;
/** Packets between two looks at the clock. */
const batch = 256;
const nothing = new Uint8Array(0);

export interface RetakeInput {
  readonly ingest: Ingest;
  readonly names: SessionNames;
  readonly host: HostState | null;
  readonly vxlanPorts: ReadonlySet<number>;
  bytesOf(interfaceId: number): PacketBytes | undefined;
}

/** What a flow had before the part: packets and octets from A, packets and octets from B. */
const beforeWords = 4;

export class Retake {
  readonly #input: RetakeInput;
  readonly #ingest: Ingest;
  readonly #reports: Reports;
  readonly #row = createRow();
  /** The part's first packet; what flows had before it is in `#before`. */
  readonly #first: number;
  #before: Float64Array | null = null;
  #next = 1;
  #time = Number.NaN;
  readonly #record = createRecord();

  constructor(input: RetakeInput, first: number) {
    this.#input = input;
    this.#first = first;
    this.#ingest = new Ingest({
      keepPackets: false,
      vxlanPorts: input.vxlanPorts,
      onPacket() {},
      onSnapshot() {},
    });
    this.#reports = new Reports(this.#ingest, input.names, () => input.host);
    if (input.host !== null) this.#reports.hostRead(input.host, input.host.createSide());
  }

  /** Whether it can go on to this part. */
  suits({ first, last }: Part, host: HostState | null): boolean {
    return first === this.#first && this.#next <= last + 1 && host === this.#input.host;
  }

  /** Works on, for a moment. */
  advance({ last, time }: Part): void {
    const until = performance.now() + slice;
    while (this.#next <= last && performance.now() < until) {
      const end = Math.min(last, this.#next + batch - 1);
      for (; this.#next <= end; this.#next++) {
        if (this.#next === this.#first && this.#first > 1) this.#before = this.#countsNow();
        this.#take(this.#next);
      }
    }
    if (this.#next <= last || time === this.#time) return;
    this.#time = time;
    this.#ingest.table.advance(time);
    this.#ingest.version++;
  }

  /** How much of the way to packet `last` it has come. */
  worked(last: number): number {
    return last < 1 ? 1 : Math.min(1, (this.#next - 1) / last);
  }

  flows(): FlowReport {
    return this.#reports.flows(false);
  }

  rules(): RulesReport {
    return this.#reports.rules(false);
  }

  /** The flow without what it had before the part; undefined where nothing is left. */
  flowSince(flow: Flow): Flow | undefined {
    const before = this.#before;
    const base = (flow.id - 1) * beforeWords;
    if (this.#first <= 1) return flow;
    if (before === null) return undefined;
    if (base >= before.length) return flow;
    const { store } = this.#ingest.table;
    const fromA = ((store.words[(flow.id - 1) * stride + at.flags] ?? 0) & flag.sourceIsB) === 0;
    const [a, b] = fromA ? [0, 2] : [2, 0];
    const packets = {
      forward: flow.packets.forward - (before[base + a] ?? 0),
      reverse: flow.packets.reverse - (before[base + b] ?? 0),
    };
    if (packets.forward + packets.reverse === 0) return undefined;
    const bytes = {
      forward: flow.bytes.forward - (before[base + a + 1] ?? 0),
      reverse: flow.bytes.reverse - (before[base + b + 1] ?? 0),
    };
    return { ...flow, packets, bytes };
  }

  #take(number: number): void {
    const { ingest, bytesOf } = this.#input;
    const row = this.#row;
    if (ingest.index?.read(number, row) !== true) return;
    for (let id = this.#ingest.interfaces.length; id < ingest.interfaces.length; id++) {
      const from = ingest.interfaces[id];
      if (from !== undefined) this.#ingest.interface(from.device);
    }
    const record = this.#record;
    record.buffer = bytesOf(row.interfaceId)?.read(row.position, row.capturedLength) ?? nothing;
    record.capturedLength = record.buffer.length;
    record.wireLength = row.wireLength;
    record.seconds = row.seconds;
    record.nanoseconds = row.nanoseconds;
    record.interfaceId = row.interfaceId;
    this.#ingest.packet(record);
  }

  #countsNow(): Float64Array {
    const { words, doubles, count } = this.#ingest.table.store;
    const counts = new Float64Array(count * beforeWords);
    for (let record = 0; record < count; record++) {
      const base = record * stride;
      counts[record * beforeWords] = words[base + at.packetsA] ?? 0;
      counts[record * beforeWords + 1] = doubles[(base + at.bytesA) >> 1] ?? 0;
      counts[record * beforeWords + 2] = words[base + at.packetsB] ?? 0;
      counts[record * beforeWords + 3] = doubles[(base + at.bytesB) >> 1] ?? 0;
    }
    return counts;
  }
}
