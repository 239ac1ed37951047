/** Watches every hop of a way at once while one attempt is made, or while a client outside makes its own. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PacketRecord } from '../capture-file/model.ts';
import type { ProbeResult, SeenPacket } from '../diagnose/evidence.ts';
import type { Place, Scene } from '../diagnose/scene.ts';
import type { CaptureTarget, LiveCapture, LiveSink } from '../host/capture/model.ts';
import { openCapture } from '../host/capture/open.ts';
import { pathInto } from '../host/namespaces/doors.ts';
import { formatIp } from '../packet/address.ts';
import { createDecoder } from '../packet/decode.ts';
import { createFrame } from '../packet/frame.ts';
import type { DecodedFrame } from '../packet/model.ts';

export interface Watch {
  readonly scene: Scene;
  readonly places: readonly Place[];
  readonly filter: string;
  /** How long to watch without an attempt of our own. */
  readonly seconds: number;
  /** The client whose packets are watched. */
  readonly client: string | null;
}

export interface Watched {
  readonly probe: ProbeResult | null;
  readonly seen: readonly SeenPacket[];
}

/** Packets that are kept; a busy port has others than the probe's. */
const mostPackets = 2000;
const snaplen = 512;

export async function watchProbe(watch: Watch, run: (() => Promise<ProbeResult>) | null): Promise<Watched> {
  const seen: SeenPacket[] = [];
  const capture = await openOn(watch, seen);
  try {
    if (run !== null) return { probe: await run(), seen };
    if (capture === null) return { probe: null, seen };
    return { probe: await waitFor(watch, seen), seen };
  } finally {
    await capture?.stop();
  }
}

/** Null where there is nothing to watch, or this user may not: the attempt alone says enough then. */
async function openOn({ scene, places, filter }: Watch, seen: SeenPacket[]): Promise<LiveCapture | null> {
  const targets: CaptureTarget[] = [];
  const names: string[] = [];
  for (const { namespace, link } of new Set(places)) {
    const namespacePath = pathInto(namespace);
    const name = `${scene.nameOf(namespace)}:${link.name}`;
    if (namespacePath === undefined || names.includes(name) || !link.flags.includes('up')) continue;
    names.push(name);
    targets.push({
      namespacePath,
      namespaceName: scene.nameOf(namespace),
      interface: link.name,
      index: link.index,
    });
  }
  if (targets.length === 0) return null;
  try {
    return await openCapture({ targets, filter, snaplen, backend: 'libpcap' }, sinkOf(names, seen));
  } catch {
    return null;
  }
}

function sinkOf(names: readonly string[], seen: SeenPacket[]): LiveSink {
  const decoder = createDecoder();
  const frame = createFrame();
  const linkTypes: number[] = [];
  return {
    interface: (device) => {
      linkTypes[device.id] = device.linkType;
    },
    packet: (record) => {
      if (seen.length >= mostPackets) return;
      const { buffer, start, capturedLength, wireLength, interfaceId } = record;
      decoder.decode(buffer, start, capturedLength, wireLength, linkTypes[interfaceId] ?? 1, frame);
      seen.push(describe(names[interfaceId] ?? '', record, frame));
    },
    warning: () => {},
    ended: () => {},
  };
}

/** TCP flag bits (RFC 9293 section 3.1). */
const [SYN, RST, ACK] = [0x02, 0x04, 0x10];

function describe(name: string, record: PacketRecord, frame: DecodedFrame): SeenPacket {
  const base = { interface: name, time: record.seconds + record.nanoseconds / 1e9 };
  const layer = frame.layers[0];
  if (frame.layerCount === 0 || layer === undefined) {
    const { arpOffset } = frame;
    const operation = arpOffset < 0 ? 0 : (record.buffer[arpOffset + 7] ?? 0);
    const address = (at: number) => [...record.buffer.subarray(arpOffset + at, arpOffset + at + 4)].join('.');
    if (operation !== 1 && operation !== 2)
      return { ...base, kind: 'other', text: 'a frame', source: '', destination: '' };
    const [source, destination] = [address(14), address(24)];
    const text = operation === 1 ? `ARP who has ${destination}, tell ${source}` : `ARP ${source} is here`;
    return { ...base, kind: operation === 1 ? 'arp-request' : 'arp-reply', text, source, destination };
  }
  const address = (words: Uint32Array) => formatIp(layer.family, words);
  const port = (number: number) => (layer.hasPorts ? `:${number}` : '');
  const source = `${address(layer.source)}${port(layer.sourcePort)}`;
  const destination = `${address(layer.destination)}${port(layer.destinationPort)}`;
  const ends = `${source} > ${destination}`;
  if (layer.icmpError) {
    return {
      ...base,
      kind: 'icmp-error',
      text: `${ends} ICMP type ${layer.icmpType} code ${layer.icmpCode}`,
      source,
      destination,
    };
  }
  if (layer.protocol !== 6 || !layer.hasTransport)
    return { ...base, kind: 'other', text: ends, source, destination };
  const { tcpFlags } = layer;
  const kind =
    (tcpFlags & RST) !== 0
      ? 'rst'
      : (tcpFlags & SYN) === 0
        ? 'data'
        : (tcpFlags & ACK) !== 0
          ? 'syn-ack'
          : 'syn';
  const flags = { rst: 'RST', data: 'ACK', 'syn-ack': 'SYN,ACK', syn: 'SYN' }[kind];
  return { ...base, kind, text: `${ends} ${flags}`, source, destination };
}

/** Until an answer to the client was seen on the first hop, or the time is up. */
async function waitFor(
  { scene, places, seconds, client }: Watch,
  seen: readonly SeenPacket[],
): Promise<ProbeResult | null> {
  const [first] = places;
  const started = performance.now();
  const at = first === undefined ? '' : `${scene.nameOf(first.namespace)}:${first.link.name}`;
  while (performance.now() - started < seconds * 1000) {
    const answer = seen.find(
      (one) =>
        (one.kind === 'syn-ack' || one.kind === 'data') &&
        client !== null &&
        one.destination.startsWith(`${client}:`) &&
        one.interface === at,
    );
    if (answer !== undefined) {
      return {
        outcome: 'connected',
        error: null,
        milliseconds: 0,
        greeting: new Uint8Array(),
        spoke: false,
        closed: false,
      };
    }
    await delay(50);
  }
  return null;
}
