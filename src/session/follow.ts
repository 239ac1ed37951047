/** The conversation of one flow, out of the packets that the session holds. */

import type { Flow } from '../flow/model.ts';
import { assembleStream, type StreamPiece, type StreamSegment } from '../flow/stream.ts';
import { formatIp } from '../packet/address.ts';
import { createDecoder } from '../packet/decode.ts';
import { createFrame } from '../packet/frame.ts';
import { type DecodedFrame, fragment, type IpLayer } from '../packet/model.ts';
import type { PacketList } from './model.ts';

const tcp = 6;
const synFlag = 0x02;
/** Packets of one conversation that are looked at: a long one is shown from its end. */
const mostPackets = 200_000;

/** What both sides of `flow` sent, in order. Empty for protocols without payload of their own, and without packets. */
export function followFlow(
  flow: Flow,
  packets: PacketList,
  vxlanPorts: ReadonlySet<number>,
): readonly StreamPiece[] {
  return assembleStream(segmentsOf(flow, packets, vxlanPorts));
}

function* segmentsOf(
  flow: Flow,
  packets: PacketList,
  vxlanPorts: ReadonlySet<number>,
): Generator<StreamSegment> {
  const decoder = createDecoder({ vxlanPorts });
  const frame = createFrame();
  for (const number of packets.ofFlows(new Set([flow.id]), mostPackets)) {
    const entry = packets.at(number);
    const bytes = packets.bytes(number);
    if (entry === undefined || bytes === undefined) continue;
    decoder.decode(bytes, 0, bytes.length, entry.wireLength, entry.linkType, frame);
    const found = layerOf(frame, flow);
    if (found === null) continue;
    const { layer, forward } = found;
    yield {
      packet: number,
      forward,
      sequence: layer.protocol === tcp ? layer.tcpSequence : null,
      isSyn: layer.protocol === tcp && (layer.tcpFlags & synFlag) !== 0,
      payload: bytes.subarray(layer.payloadOffset, layer.payloadOffset + layer.payloadCaptured),
      length: layer.payloadLength,
    };
  }
}

/** The IP header of the frame that belongs to the flow, and the direction it goes. */
function layerOf(
  frame: DecodedFrame,
  flow: Flow,
): { readonly layer: IpLayer; readonly forward: boolean } | null {
  for (let at = frame.layerCount - 1; at >= 0; at--) {
    const layer = frame.layers[at];
    if (layer === undefined || !layer.hasTransport || layer.fragment === fragment.later) continue;
    const source = formatIp(layer.family, layer.source);
    const destination = formatIp(layer.family, layer.destination);
    if (
      isEnd(flow.source, source, layer.sourcePort) &&
      isEnd(flow.destination, destination, layer.destinationPort)
    ) {
      return { layer, forward: true };
    }
    if (
      isEnd(flow.destination, source, layer.sourcePort) &&
      isEnd(flow.source, destination, layer.destinationPort)
    ) {
      return { layer, forward: false };
    }
  }
  return null;
}

function isEnd(end: Flow['source'], address: string, port: number): boolean {
  return end.address === address && (end.port === null || end.port === port);
}
