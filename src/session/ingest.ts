/**
 * The hot path from a reader to everything that is kept: decode, add to the flow table, add to the index.
 * One per session; every input of the session feeds it.
 */
import type {
  CaptureInterface,
  CaptureSecrets,
  CaptureSink,
  CaptureWarning,
  PacketRecord,
  ResolvedName,
} from '../capture-file/model.ts';
import { ICMPV6, NeighbourRequests } from '../flow/neighbour-requests.ts';
import { FlowTable } from '../flow/table.ts';
import { createDecoder } from '../packet/decode.ts';
import { createFrame } from '../packet/frame.ts';
import { createRow, PacketIndex } from './packet-index.ts';
import { Tally } from './tally.ts';

/** An interface and what came from it. */
export interface IngestedInterface {
  readonly device: CaptureInterface;
  packets: number;
  bytes: number;
  ended: string | null;
}

export interface IngestOptions {
  /** UDP ports that carry VXLAN, besides the well-known ones. */
  readonly vxlanPorts?: ReadonlySet<number>;
  /** Keep an index of packets, for lists. Without one, memory is bounded by flows alone. */
  readonly keepPackets: boolean;
  /** Seconds of a bucket of the statistics to begin with. */
  readonly bucketWidth?: number;
  /** Flows to hold at most: those that ended longest ago are forgotten. No limit without it. */
  readonly mostFlows?: number;
  /** Live: stores the bytes and says where. Replay: absent, the record's position in its file is kept. */
  readonly store?: (record: PacketRecord) => number;
  /** Packets that this refuses are not counted at all: a BPF filter on a file. */
  readonly accept?: (record: PacketRecord, linkType: number) => boolean;
  /** Called after a packet was taken in, with its number. */
  readonly onPacket: (number: number, record: PacketRecord) => void;
  readonly onSnapshot: (json: string) => void;
}

/** Bounds of what a file may make the session hold. */
const mostTexts = 1000;
const mostComments = 100_000;

/** secrets_type of draft-ietf-opsawg-pcapng, section 4.7. */
const secretKinds = new Map([
  [0x544c534b, 'TLS key log'],
  [0x57474b4c, 'WireGuard key log'],
  [0x5a4e574b, 'ZigBee NWK key'],
  [0x5a415053, 'ZigBee APS key'],
]);

export class Ingest implements CaptureSink {
  readonly table: FlowTable;
  readonly index: PacketIndex | null;
  readonly requests = new NeighbourRequests();
  readonly tally: Tally;
  readonly interfaces: IngestedInterface[] = [];
  readonly warnings: string[] = [];
  /** Comments of sections and interfaces, and what else the files carry for people. */
  readonly comments: string[] = [];
  /** Comments of packets, by number. */
  readonly packetComments = new Map<number, readonly string[]>();
  /** Names of addresses, from the files. */
  readonly resolved = new Map<string, string>();
  packets = 0;
  bytes = 0;
  /** Times of the earliest and the latest packet, in seconds with a fraction; NaN before the first. */
  earliest = Number.NaN;
  latest = Number.NaN;
  /** Set when no more packets are wanted: those that still come are refused. */
  isFull = false;
  /** Goes up with everything that changes what a view shows. */
  version = 0;
  readonly #accept: IngestOptions['accept'];
  readonly #store: IngestOptions['store'];
  readonly #onPacket: IngestOptions['onPacket'];
  readonly #onSnapshot: IngestOptions['onSnapshot'];
  readonly #decoder;
  readonly #frame = createFrame();
  readonly #row = createRow();
  readonly #mostFlows: number | undefined;
  #forgets = false;

  constructor(options: IngestOptions) {
    this.#accept = options.accept;
    this.#store = options.store;
    this.#onPacket = options.onPacket;
    this.#onSnapshot = options.onSnapshot;
    this.#decoder = createDecoder(options.vxlanPorts === undefined ? {} : { vxlanPorts: options.vxlanPorts });
    const { mostFlows: limit } = options;
    this.#mostFlows = limit;
    this.table = new FlowTable(this.#decoder.encapsulations, limit === undefined ? {} : { limit });
    this.index = options.keepPackets ? new PacketIndex() : null;
    this.tally = new Tally(options.bucketWidth);
  }

  interface(device: CaptureInterface): void {
    this.interfaces[device.id] = { device, packets: 0, bytes: 0, ended: null };
    this.version++;
  }

  packet(record: PacketRecord): void {
    const from = this.interfaces[record.interfaceId];
    if (from === undefined || this.isFull) return;
    const linkType = from.device.linkType;
    const accept = this.#accept;
    if (accept !== undefined && !accept(record, linkType)) return;
    const frame = this.#frame;
    this.#decoder.decode(
      record.buffer,
      record.start,
      record.capturedLength,
      record.wireLength,
      linkType,
      frame,
    );
    this.table.add(frame, record, this.packets + 1);
    // Looked at here: of most packets it is all that is done.
    if (frame.arpOffset >= 0 || frame.layers[0]?.protocol === ICMPV6)
      this.requests.add(frame, record, this.packets + 1);
    if (this.table.evicted > 0 && !this.#forgets) this.#sayThatItForgets();
    from.packets++;
    from.bytes += record.wireLength;
    this.packets++;
    this.bytes += record.wireLength;
    const time = record.seconds + record.nanoseconds / 1e9;
    if (!(time >= this.earliest)) this.earliest = time;
    if (!(time <= this.latest)) this.latest = time;
    if (this.index !== null) {
      this.tally.add(record.interfaceId, time, record.wireLength, this.table.lastFlow);
      const row = this.#row;
      const store = this.#store;
      row.position = store === undefined ? record.position : store(record);
      row.seconds = record.seconds;
      row.nanoseconds = record.nanoseconds;
      row.wireLength = record.wireLength;
      row.capturedLength = record.capturedLength;
      row.interfaceId = record.interfaceId;
      row.flow = this.table.lastFlow;
      row.innerFlow = this.table.lastInnerFlow;
      row.analysis = this.table.lastAnalysis;
      this.index.add(row);
    }
    if (record.comments !== null && this.index !== null && this.packetComments.size < mostComments) {
      this.packetComments.set(this.packets, record.comments);
    }
    this.version++;
    this.#onPacket(this.packets, record);
  }

  #sayThatItForgets(): void {
    this.#forgets = true;
    this.warn(`more than ${this.#mostFlows} flows: those that ended longest ago are forgotten`);
  }

  warning(warning: CaptureWarning): void {
    this.warn(`offset ${warning.offset}: ${warning.text}`);
  }

  /** Bounded: a file damaged a million times over says so once. */
  warn(text: string): void {
    if (this.warnings.length < mostTexts) this.warnings.push(text);
    else if (this.warnings.length === mostTexts) this.warnings.push('further warnings are not listed');
    this.version++;
  }

  comment(text: string): void {
    if (this.comments.length < mostTexts) this.comments.push(text);
  }

  names(names: readonly ResolvedName[]): void {
    for (const { address, names: list } of names) {
      const name = list[0];
      if (name !== undefined && this.resolved.size < mostComments) this.resolved.set(address, name);
    }
  }

  secrets({ type, data }: CaptureSecrets): void {
    const kind = secretKinds.get(type) ?? `of type 0x${type.toString(16)}`;
    this.comment(`decryption secrets, ${kind}: ${data.length} bytes`);
  }

  snapshot(json: string): void {
    this.#onSnapshot(json);
  }

  statistics(): void {
    this.version++;
  }
}
