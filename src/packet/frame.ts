/** Makes the objects that `decode` fills, once; they are reused for every packet. */
import { type DecodedFrame, fragment, type IpLayer, maxLayers } from './model.ts';

function createLayer(): IpLayer {
  return {
    level: 0,
    family: 0,
    protocol: 0,
    source: new Uint32Array(4),
    destination: new Uint32Array(4),
    hasPorts: false,
    sourcePort: 0,
    destinationPort: 0,
    icmpType: -1,
    icmpCode: -1,
    icmpId: -1,
    icmpSequence: -1,
    icmpError: false,
    ttl: 0,
    tos: 0,
    identification: -1,
    fragmentProtocol: 0,
    dontFragment: false,
    fragment: fragment.none,
    fragmentOffset: 0,
    totalLength: 0,
    encapsulation: 0,
    headerOffset: 0,
    transportOffset: 0,
    payloadOffset: 0,
    payloadLength: 0,
    payloadCaptured: 0,
    hasTransport: false,
    tcpFlags: 0,
    tcpSequence: 0,
    tcpAcknowledgment: 0,
    tcpWindow: 0,
    tcpOptionsOffset: 0,
  };
}

export function createFrame(): DecodedFrame {
  return {
    layerCount: 0,
    layers: Array.from({ length: maxLayers }, createLayer),
    etherType: 0,
    sourceMacHigh: 0,
    sourceMacLow: 0,
    destinationMacHigh: 0,
    destinationMacLow: 0,
    arpOffset: -1,
    malformed: false,
  };
}

export function resetFrame(frame: DecodedFrame): void {
  frame.layerCount = 0;
  frame.etherType = 0;
  frame.sourceMacHigh = 0;
  frame.sourceMacLow = 0;
  frame.destinationMacHigh = 0;
  frame.destinationMacLow = 0;
  frame.arpOffset = -1;
  frame.malformed = false;
}
