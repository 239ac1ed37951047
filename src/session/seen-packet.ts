/** A packet as diagnosis looks at it: which step of a conversation it is, and a line for people. */
import type { SeenPacket } from '../diagnose/evidence.ts';
import { discoveredAddress, isDiscovery, NEIGHBOUR_SOLICITATION } from '../flow/neighbour-requests.ts';
import { formatIp } from '../packet/address.ts';
import { createDecoder } from '../packet/decode.ts';
import { dissect } from '../packet/dissect.ts';
import { createFrame } from '../packet/frame.ts';
import type { DecodedFrame, IpLayer } from '../packet/model.ts';

/** The bytes of a packet, with what else was captured of it. */
export interface Captured {
  readonly bytes: Uint8Array;
  readonly linkType: number;
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Reads packets one after the other; `place` is the `NS:IFACE` that each passed. */
export function createReader(): (place: string, captured: Captured) => SeenPacket {
  const decoder = createDecoder();
  const frame = createFrame();
  return (place, captured) => {
    const { bytes, linkType, wireLength, seconds, nanoseconds } = captured;
    decoder.decode(bytes, 0, bytes.length, wireLength, linkType, frame);
    const { protocol, info } = dissect(bytes, { linkType, wireLength });
    return {
      interface: place,
      seconds,
      nanoseconds,
      summary: `${protocol} ${info}`.trim(),
      ...stepOf(bytes, frame),
      ...payloadOf(bytes, frame),
    };
  };
}

/** As many octets as tell a protocol. */
const payloadLimit = 64;

function payloadOf(bytes: Uint8Array, { layers, layerCount }: DecodedFrame): Pick<SeenPacket, 'payload'> {
  const layer = layerCount === 1 ? layers[0] : undefined;
  if (layer === undefined || layer.protocol !== 6 || !layer.hasTransport || layer.payloadCaptured === 0)
    return {};
  const end = layer.payloadOffset + Math.min(layer.payloadCaptured, payloadLimit);
  return { payload: bytes.slice(layer.payloadOffset, end) };
}

/** TCP flag bits (RFC 9293 section 3.1). */
const [SYN, RST, ACK] = [0x02, 0x04, 0x10];

function stepOf(
  bytes: Uint8Array,
  frame: DecodedFrame,
): Pick<SeenPacket, 'kind' | 'text' | 'source' | 'destination'> {
  const layer = frame.layers[0];
  if (frame.layerCount === 0 || layer === undefined) return arpStep(bytes, frame);
  const address = (words: Uint32Array) => formatIp(layer.family, words);
  const port = (number: number) => (layer.hasPorts ? `:${number}` : '');
  const source = `${address(layer.source)}${port(layer.sourcePort)}`;
  const destination = `${address(layer.destination)}${port(layer.destinationPort)}`;
  const ends = `${source} > ${destination}`;
  if (layer.icmpError) {
    const text = `${ends} ICMP type ${layer.icmpType} code ${layer.icmpCode}`;
    return { kind: 'icmp-error', text, source, destination };
  }
  if (isDiscovery(layer)) return neighbourStep(bytes, layer, source, destination);
  if (layer.protocol !== 6 || !layer.hasTransport) return { kind: 'other', text: ends, source, destination };
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
  return { kind, text: `${ends} ${flags}`, source, destination };
}

function neighbourStep(
  bytes: Uint8Array,
  layer: IpLayer,
  source: string,
  destination: string,
): Pick<SeenPacket, 'kind' | 'text' | 'source' | 'destination'> {
  const about = discoveredAddress(bytes, layer);
  return layer.icmpType === NEIGHBOUR_SOLICITATION
    ? { kind: 'neighbour-solicitation', text: `who has ${about}, tell ${source}`, source, destination }
    : { kind: 'neighbour-advertisement', text: `${about} is here`, source, destination };
}

function arpStep(
  bytes: Uint8Array,
  { arpOffset }: DecodedFrame,
): Pick<SeenPacket, 'kind' | 'text' | 'source' | 'destination'> {
  const operation = arpOffset < 0 ? 0 : (bytes[arpOffset + 7] ?? 0);
  if (operation !== 1 && operation !== 2)
    return { kind: 'other', text: 'a frame', source: '', destination: '' };
  const address = (at: number) => [...bytes.subarray(arpOffset + at, arpOffset + at + 4)].join('.');
  const [source, destination] = [address(14), address(24)];
  const text = operation === 1 ? `ARP who has ${destination}, tell ${source}` : `ARP ${source} is here`;
  return { kind: operation === 1 ? 'arp-request' : 'arp-reply', text, source, destination };
}
