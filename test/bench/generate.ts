/**
 * Writes a capture of TCP as servers see it, for measuring: `node generate.js PATH [PACKETS] [FLOWS]`, by default
 * 2 million packets of 50,000 connections, 1.3 GB. Connections overlap, with handshakes, requests, answers in
 * mostly full-sized segments with ACKs for most of them, some loss, duplicates and reordering, and a FIN or RST.
 * The same arguments give the same file.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { basename } from 'node:path';

const mss = 1448;
const ethernetLength = 14;
const headersLength = ethernetLength + 20 + 32;
const flag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
/** Connections that are open at any time. */
const concurrent = 2000;

/** Payload that no application protocol begins with. */
const filler = 0xb7;

/** How requests and answers begin, by the server's port. */
const openings = new Map<number, readonly [request: Buffer, answer: Buffer]>([
  [
    80,
    [Buffer.from('GET /index.html HTTP/1.1\r\nHost: web\r\n\r\n'), Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
  ],
  [443, [Buffer.from('1603010200010001fc0303', 'hex'), Buffer.from('160303007a020000760303', 'hex')]],
  [6379, [Buffer.from('*1\r\n$4\r\nPING\r\n'), Buffer.from('+PONG\r\n')]],
  [5432, [Buffer.from('00000029000300007573657200', 'hex'), Buffer.from('520000000800000000', 'hex')]],
]);

/** xorshift32: repeatable. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

interface Segment {
  readonly fromClient: boolean;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly length: number;
  /** The first payload of its side. */
  readonly isFirst: boolean;
}

/** The segments of one connection whose answer has `count` full segments, roughly. */
function conversation(random: (limit: number) => number, count: number): Segment[] {
  const segments: Segment[] = [];
  let client = random(2 ** 31);
  let server = random(2 ** 31);
  const add = (fromClient: boolean, flags: number, length = 0) => {
    const sequence = fromClient ? client : server;
    const acknowledgment = (flags & flag.ack) === 0 ? 0 : fromClient ? server : client;
    const isFirst =
      length > 0 && !segments.some((other) => other.length > 0 && other.fromClient === fromClient);
    segments.push({ fromClient, flags, sequence, acknowledgment, length, isFirst });
    const advance = length + ((flags & (flag.syn | flag.fin)) === 0 ? 0 : 1);
    if (fromClient) client = (client + advance) >>> 0;
    else server = (server + advance) >>> 0;
  };
  add(true, flag.syn);
  add(false, flag.syn | flag.ack);
  add(true, flag.ack);
  add(true, flag.psh | flag.ack, 120 + random(500));
  add(false, flag.ack);
  for (let sent = 0; sent < count; sent++) {
    add(false, flag.ack, sent % 3 === 2 || sent + 1 === count ? 1 + random(mss) : mss);
    if (random(200) === 0) segments.push({ ...(segments.at(-1) as Segment) });
    if (sent % 4 !== 0) add(true, flag.ack);
  }
  if (random(50) === 0) {
    add(true, flag.rst | flag.ack);
  } else {
    add(true, flag.fin | flag.ack);
    add(false, flag.fin | flag.ack);
    add(true, flag.ack);
  }
  const swap = 6 + random(segments.length);
  const [one, two] = [segments[swap], segments[swap + 1]];
  if (random(20) === 0 && one !== undefined && two !== undefined) segments.splice(swap, 2, two, one);
  return segments;
}

interface Connection {
  readonly client: number;
  readonly clientPort: number;
  readonly server: number;
  readonly serverPort: number;
  readonly segments: readonly Segment[];
  next: number;
}

const servers = [80, 443, 3306, 5432, 6379, 27017];

function connect(random: (limit: number) => number, index: number, packets: number): Connection {
  return {
    client: 0xac110000 + (index % 60_000) + 2,
    clientPort: 32_768 + (index % 28_000),
    server: 0x0a000000 + (index % 97) + 1,
    serverPort: servers[index % servers.length] ?? 80,
    // A few more than fit, so that the last packets do not all belong to the longest connections.
    segments: conversation(random, Math.max(1, Math.round(((packets - 8) / 1.75) * 1.02))),
    next: 0,
  };
}

/** Chunks of the file's bytes. */
class Output {
  readonly #file: number;
  readonly #chunk = Buffer.alloc(4 << 20, filler);
  #used = 0;
  packets = 0;
  #microseconds = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(1, 20);
    writeSync(this.#file, header);
  }

  write(connection: Connection, segment: Segment): void {
    const length = headersLength + segment.length;
    if (this.#used + 16 + length > this.#chunk.length) this.flush();
    const chunk = this.#chunk;
    let at = this.#used;
    this.#microseconds += 30;
    chunk.writeUInt32LE(1_767_323_045 + Math.floor(this.#microseconds / 1e6), at);
    chunk.writeUInt32LE(this.#microseconds % 1e6, at + 4);
    chunk.writeUInt32LE(length, at + 8);
    chunk.writeUInt32LE(length, at + 12);
    at += 16;
    chunk.write('020000000001020000000002' + '0800', at, 'hex');
    at += ethernetLength;
    const { fromClient, flags } = segment;
    chunk.writeUInt32BE(0x45000000 + 20 + 32 + segment.length, at);
    chunk.writeUInt32BE((this.packets & 0xffff) * 65_536 + 0x4000, at + 4);
    chunk.writeUInt32BE(0x40060000, at + 8);
    chunk.writeUInt32BE(fromClient ? connection.client : connection.server, at + 12);
    chunk.writeUInt32BE(fromClient ? connection.server : connection.client, at + 16);
    at += 20;
    chunk.writeUInt16BE(fromClient ? connection.clientPort : connection.serverPort, at);
    chunk.writeUInt16BE(fromClient ? connection.serverPort : connection.clientPort, at + 2);
    chunk.writeUInt32BE(segment.sequence, at + 4);
    chunk.writeUInt32BE(segment.acknowledgment, at + 8);
    chunk.writeUInt16BE(0x8000 | flags, at + 12);
    chunk.writeUInt16BE(64_240, at + 14);
    chunk.writeUInt32BE(0, at + 16);
    // Window scale in SYNs, timestamps in all others: 12 octets of options either way.
    chunk.write((flags & flag.syn) === 0 ? '0101080a' : '0103030701010101', at + 20, 'hex');
    if ((flags & flag.syn) === 0) chunk.writeUInt32BE(this.#microseconds / 1000, at + 24);
    chunk.writeUInt32BE((flags & flag.syn) === 0 ? 0 : 0x01010101, at + 28);
    const opening = openings.get(connection.serverPort)?.[fromClient ? 0 : 1];
    if (opening !== undefined && segment.length >= opening.length && segment.isFirst)
      opening.copy(chunk, at + 32);
    this.#used += 16 + length;
    this.packets++;
  }

  flush(): void {
    writeSync(this.#file, this.#chunk, 0, this.#used);
    this.#used = 0;
    this.#chunk.fill(filler);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}

export function generate(path: string, packets: number, flows: number): void {
  const random = randomNumbers(2_463_534_242);
  const output = new Output(path);
  const open: Connection[] = [];
  let begun = 0;
  const perFlow = packets / flows;
  while (output.packets < packets && (begun < flows || open.length > 0)) {
    while (open.length < concurrent && begun < flows) {
      open.push(connect(random, begun++, Math.max(9, Math.round(perFlow * (0.5 + random(1000) / 1000)))));
    }
    const index = random(open.length);
    const connection = open[index];
    const segment = connection?.segments[connection.next++];
    if (connection === undefined || segment === undefined) {
      open.splice(index, 1);
      continue;
    }
    output.write(connection, segment);
  }
  output.close();
}

const [path, packets = '2000000', flows = '50000'] = process.argv.slice(2);
// The benchmark of the TUI has the same functions.
if (path !== undefined && basename(process.argv[1] ?? '') === 'generate.js') {
  generate(path, Number(packets), Number(flows));
}
