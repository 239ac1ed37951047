/**
 * The hot path: from the bytes of a frame to the numbers that flows are made of. It never throws, never reads
 * outside the frame, and takes a bounded number of steps. Nothing is allocated per packet.
 */
import { decodeCommon } from './common.ts';
import { resetFrame } from './frame.ts';
import { linkTypes } from './link-types/index.ts';
import type { DecodedFrame, Encapsulations } from './model.ts';
import type { Protocol } from './protocol.ts';
import { protocols } from './protocols/index.ts';
import { byLinkType, register } from './registry.ts';
import { Walk } from './walk.ts';

for (const protocol of protocols) register(protocol);
for (const protocol of linkTypes) register(protocol);

/** Headers of one frame that are looked at; more of them are nobody's traffic. */
export const maxSteps = 128;

const ethernet = 1;

export interface Decoder {
  /**
   * Fills `out` from the frame at `buffer[start .. start + capturedLength)`, `wireLength` octets on the wire, of a
   * LINKTYPE_ number without its upper bits.
   */
  decode(
    buffer: Uint8Array,
    start: number,
    capturedLength: number,
    wireLength: number,
    linkType: number,
    out: DecodedFrame,
  ): void;
  readonly encapsulations: Encapsulations;
}

/** `vxlanPorts`: UDP ports of VXLAN besides 4789 and 8472, as the links of the host name them; it may be changed later. */
export function createDecoder(options: { readonly vxlanPorts?: ReadonlySet<number> } = {}): Decoder {
  const walk = new Walk();
  walk.vxlanPorts = options.vxlanPorts ?? null;
  return {
    encapsulations: walk.encapsulations,
    decode: (buffer, start, capturedLength, wireLength, linkType, out) => {
      if (linkType === ethernet && decodeCommon(buffer, start, capturedLength, wireLength, out)) return;
      walkFrame(walk, buffer, start, capturedLength, wireLength, linkType, out);
    },
  };
}

/** Fills `out` as `Decoder.decode` does, going from header to header whatever the frame is made of. */
export function walkFrame(
  walk: Walk,
  buffer: Uint8Array,
  start: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  out: DecodedFrame,
): void {
  resetFrame(out);
  walk.begin(buffer, start, capturedLength, wireLength, out);
  let protocol: Protocol | null = byLinkType(linkType);
  let branch = 0;
  for (let steps = 0; steps < maxSteps; steps++) {
    if (protocol === null) {
      protocol = walk.takeBranch(branch++);
      if (protocol === null) return;
    }
    protocol = protocol.step(walk);
  }
}
