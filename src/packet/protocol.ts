/**
 * What a protocol is to the decoder: which numbers of the layer outside lead to it, how to step over its header,
 * and how to describe it to people. One file per protocol makes one of these.
 */
import type { Fields } from './fields.ts';
import type { Walk } from './walk.ts';

/** Reads the header at `walk.offset`, moves `walk` past it, and says what comes next; null when nothing is known to. */
export type Step = (walk: Walk) => Protocol | null;

/** A header for people. `from` is its first byte; `to` is where the next one begins (or the layer's end). */
export type Describe = (fields: Fields, from: number, to: number) => void;

export interface ProtocolDefinition {
  /** Wireshark's name of the protocol: `eth`, `ip`. */
  readonly name: string;
  readonly step: Step;
  readonly describe?: Describe;
  /** LINKTYPE_ numbers of https://www.tcpdump.org/linktypes.html */
  readonly linkTypes?: readonly number[];
  readonly etherTypes?: readonly number[];
  /** IANA protocol numbers, also those of IPv6 extension headers. */
  readonly ipProtocols?: readonly number[];
  /** Ports that mean this protocol as destination or, failing that, as source. */
  readonly udpPorts?: readonly number[];
  /** PPP DLL protocol numbers. */
  readonly pppProtocols?: readonly number[];
  /** IEEE 802.2 service access points. */
  readonly llcSaps?: readonly number[];
}

export interface Protocol {
  readonly name: string;
  readonly step: Step;
  readonly describe: Describe | null;
  readonly keys: ProtocolDefinition;
}

/** All protocols have the same shape, so that the decoder's loop stays monomorphic. */
export function defineProtocol(definition: ProtocolDefinition): Protocol {
  return {
    name: definition.name,
    step: definition.step,
    describe: definition.describe ?? null,
    keys: definition,
  };
}
