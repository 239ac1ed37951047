/**
 * Which flow a fragment belongs to. Only the first fragment of a datagram has the ports; the others are credited
 * to its flow, or wait here until it comes (RFC 791 section 3.2 allows any order). Bounded: a ring of datagrams,
 * each for at most as long as Linux reassembles.
 */
import type { IpLayer } from '../packet/model.ts';

/** Seconds: net.ipv4.ipfrag_time. */
const maxAge = 30;
const maxDatagrams = 4096;

/** A datagram in fragments. */
export interface Datagram {
  hash: number;
  interfaceId: number;
  encapsulation: number;
  family: number;
  /** What the first header names, and what the fragments of a datagram share. */
  fragmentProtocol: number;
  /** What the fragment that came first gave for the transport; for a flow without ports. */
  protocol: number;
  identification: number;
  readonly source: Uint32Array;
  readonly destination: Uint32Array;
  /** Flow ids of the first fragment, outermost and innermost; 0 while it was not seen. */
  flow: number;
  flowFromA: boolean;
  innerFlow: number;
  innerFromA: boolean;
  /** Fragments that wait for the first one: how many, their octets on the wire, and their times. */
  packets: number;
  bytes: number;
  firstSeconds: number;
  firstNanoseconds: number;
  heldSeconds: number;
  heldNanoseconds: number;
  /** Second of the newest fragment. */
  touchedSeconds: number;
}

export class FragmentTable {
  readonly #byHash = new Map<number, Datagram>();
  readonly #ring: Datagram[] = [];
  #next = 0;
  /** Called for a datagram whose first fragment will not come. */
  readonly #abandon: (datagram: Datagram) => void;

  constructor(abandon: (datagram: Datagram) => void) {
    this.#abandon = abandon;
  }

  /** The datagram that `layer` is a fragment of; made if it is new. */
  datagram(layer: IpLayer, interfaceId: number, seconds: number): Datagram {
    const hash = hashOf(layer, interfaceId);
    const known = this.#byHash.get(hash);
    if (known !== undefined) {
      const fresh = Math.abs(seconds - known.touchedSeconds) <= maxAge;
      if (fresh && isSame(known, layer, interfaceId)) {
        known.touchedSeconds = seconds;
        return known;
      }
      this.#release(known);
    }
    const datagram = this.#take();
    datagram.hash = hash;
    datagram.interfaceId = interfaceId;
    datagram.encapsulation = layer.encapsulation;
    datagram.family = layer.family;
    datagram.fragmentProtocol = layer.fragmentProtocol;
    datagram.protocol = layer.protocol;
    datagram.identification = layer.identification;
    datagram.source.set(layer.source);
    datagram.destination.set(layer.destination);
    datagram.flow = 0;
    datagram.innerFlow = 0;
    datagram.packets = 0;
    datagram.bytes = 0;
    datagram.touchedSeconds = seconds;
    this.#byHash.set(hash, datagram);
    return datagram;
  }

  /** Gives up on first fragments that are overdue at `seconds`, or on all of them. */
  expire(seconds: number): void {
    for (const datagram of this.#byHash.values()) {
      if (datagram.packets > 0 && !(Math.abs(seconds - datagram.touchedSeconds) <= maxAge))
        this.#release(datagram);
    }
  }

  #take(): Datagram {
    const index = this.#next;
    this.#next = (index + 1) % maxDatagrams;
    const old = this.#ring[index];
    if (old !== undefined) {
      this.#release(old);
      return old;
    }
    const datagram = emptyDatagram();
    this.#ring.push(datagram);
    return datagram;
  }

  #release(datagram: Datagram): void {
    if (this.#byHash.get(datagram.hash) === datagram) this.#byHash.delete(datagram.hash);
    if (datagram.packets > 0) this.#abandon(datagram);
    datagram.packets = 0;
  }
}

function emptyDatagram(): Datagram {
  return {
    hash: 0,
    interfaceId: 0,
    encapsulation: 0,
    family: 0,
    fragmentProtocol: 0,
    protocol: 0,
    identification: 0,
    source: new Uint32Array(4),
    destination: new Uint32Array(4),
    flow: 0,
    flowFromA: true,
    innerFlow: 0,
    innerFromA: true,
    packets: 0,
    bytes: 0,
    firstSeconds: 0,
    firstNanoseconds: 0,
    heldSeconds: 0,
    heldNanoseconds: 0,
    touchedSeconds: 0,
  };
}

function hashOf(layer: IpLayer, interfaceId: number): number {
  let hash = Math.imul(interfaceId + 1, 0x9e3779b1) ^ layer.identification;
  const mix = (word: number) => {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  };
  mix(layer.encapsulation);
  mix((layer.family << 8) | layer.fragmentProtocol);
  for (let word = 0; word < (layer.family === 4 ? 1 : 4); word++) {
    mix(layer.source[word] ?? 0);
    mix(layer.destination[word] ?? 0);
  }
  return hash;
}

/** RFC 791: addresses, protocol and identification make a datagram; RFC 8200: the same without protocol. */
function isSame(datagram: Datagram, layer: IpLayer, interfaceId: number): boolean {
  if (datagram.interfaceId !== interfaceId || datagram.encapsulation !== layer.encapsulation) return false;
  if (datagram.identification !== layer.identification || datagram.family !== layer.family) return false;
  if (datagram.fragmentProtocol !== layer.fragmentProtocol) return false;
  for (let word = 0; word < (layer.family === 4 ? 1 : 4); word++) {
    if (datagram.source[word] !== layer.source[word]) return false;
    if (datagram.destination[word] !== layer.destination[word]) return false;
  }
  return true;
}
