/** Credits fragments to the flows of their datagrams' first ones, in whichever order they come. */
import { type DecodedFrame, fragment, type IpLayer } from '../packet/model.ts';
import { countPacket, creditFragments, type FlowPacket, holdFragment } from './accounting.ts';
import { type Datagram, FragmentTable } from './fragments.ts';
import { kind } from './record.ts';
import type { FlowStore } from './store.ts';

/** A flow that a packet counted for, and the packet's direction in it. */
export interface Counted {
  /** Flow.id; 0 while it is not known. */
  readonly id: number;
  readonly fromA: boolean;
}

/** What this needs of the flow table. */
export interface FragmentHost {
  readonly store: FlowStore;
  /** A record for the store's key. */
  append(fromA: boolean, seconds: number, nanoseconds: number): number;
  /** `Encapsulation.reverse` of a stack. */
  reverseOf(stack: number): number;
}

export class FragmentFlows {
  readonly #host: FragmentHost;
  readonly #datagrams = new FragmentTable((datagram) => this.#orphans(datagram));

  constructor(host: FragmentHost) {
    this.#host = host;
  }

  /** Counts a fragment that is not its datagram's first. Returns the outermost and the innermost flow. */
  count(layer: IpLayer, packet: FlowPacket): { readonly outer: Counted; readonly inner: Counted } {
    const { store } = this.#host;
    const datagram = this.#datagrams.datagram(layer, packet.interfaceId, packet.seconds);
    const outer = { id: datagram.flow, fromA: datagram.flowFromA };
    const inner = { id: datagram.innerFlow, fromA: datagram.innerFromA };
    if (outer.id === 0) holdFragment(datagram, packet);
    for (const { id, fromA } of outer.id === inner.id ? [outer] : [outer, inner]) {
      const record = id === 0 ? -1 : store.recordOf(id);
      if (record >= 0) countPacket(store, record, fromA, packet);
    }
    return { outer, inner };
  }

  /** Notes the flows of first fragments among the layers from `chain` to `last`, and credits those that waited. */
  register(
    frame: DecodedFrame,
    packet: FlowPacket,
    chain: number,
    last: number,
    outer: Counted,
    inner: Counted,
  ): void {
    const { store } = this.#host;
    for (let index = chain; index <= last; index++) {
      const layer = frame.layers[index];
      if (layer?.fragment !== fragment.first || outer.id === 0 || inner.id === 0) continue;
      const datagram = this.#datagrams.datagram(layer, packet.interfaceId, packet.seconds);
      const own = index === chain ? outer : inner;
      datagram.flow = own.id;
      datagram.flowFromA = own.fromA;
      datagram.innerFlow = inner.id;
      datagram.innerFromA = inner.fromA;
      if (datagram.packets === 0) continue;
      creditFragments(store, store.recordOf(own.id), own.fromA, datagram);
      if (inner.id !== own.id) creditFragments(store, store.recordOf(inner.id), inner.fromA, datagram);
      datagram.packets = 0;
      datagram.bytes = 0;
    }
  }

  /** Gives up on first fragments that are overdue at `seconds`, or (NaN) on all of them. */
  expire(seconds: number): void {
    this.#datagrams.expire(seconds);
  }

  /** Fragments whose first one was never seen: a flow without ports. */
  #orphans(datagram: Datagram): void {
    const { store } = this.#host;
    const stack = datagram.encapsulation;
    const kindWord = datagram.protocol | (datagram.family === 6 ? kind.ipv6 : 0);
    const { interfaceId, source, destination, firstSeconds, firstNanoseconds } = datagram;
    const reverse = this.#host.reverseOf(stack);
    const fromA = store.setKey(interfaceId, kindWord, source, destination, 0, 0, stack, reverse);
    let record = store.find();
    if (record < 0) record = this.#host.append(fromA, firstSeconds, firstNanoseconds);
    creditFragments(store, record, fromA, datagram);
  }
}
