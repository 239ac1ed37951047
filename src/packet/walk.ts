/** Where the decoder stands in a frame. One object, reused for every frame. */
import { EncapsulationTable } from './encapsulations.ts';
import { createFrame } from './frame.ts';
import { type DecodedFrame, fragment, type IpLayer, maxLayers } from './model.ts';
import type { Protocol } from './protocol.ts';

/** Packets side by side in one frame (A-MSDU subframes) that wait their turn. */
const maxBranches = 32;

interface Branch {
  protocol: Protocol | null;
  offset: number;
  end: number;
  wireEnd: number;
}

export class Walk {
  buffer: Uint8Array = new Uint8Array(0);
  /** Where the next header begins. */
  offset = 0;
  /** Captured bytes of the current layer end here: nothing at or after it is read. */
  end = 0;
  /** Where the current layer would end had all of it been captured. */
  wireEnd = 0;
  /** The stack outside the next header. */
  encapsulation = 0;
  /** IP headers outside the next header. */
  level = 0;
  frame: DecodedFrame = createFrame();
  /** The innermost IP header so far. */
  layer: IpLayer | null = null;
  /** UDP ports of VXLAN that the host's links name besides 4789 and 8472; null for none. */
  vxlanPorts: ReadonlySet<number> | null = null;
  readonly encapsulations = new EncapsulationTable();
  readonly #branches: Branch[] = [];
  #branchCount = 0;
  #branchEncapsulation = 0;
  #branchLevel = 0;

  begin(
    buffer: Uint8Array,
    start: number,
    capturedLength: number,
    wireLength: number,
    out: DecodedFrame,
  ): void {
    this.buffer = buffer;
    this.offset = start;
    this.end = Math.min(buffer.length, start + capturedLength);
    this.wireEnd = start + Math.max(wireLength, capturedLength);
    this.encapsulation = 0;
    this.level = 0;
    this.frame = out;
    this.layer = null;
    this.#branchCount = 0;
  }

  /** Captured bytes from `offset` on. */
  get available(): number {
    return this.end - this.offset;
  }

  /** Notes that a header is cut short or contradicts itself; there is nothing to follow. */
  malformed(): null {
    this.frame.malformed = true;
    return null;
  }

  /** The current layer is `length` octets from `offset` on; what comes after is padding or a trailer. */
  limit(length: number): void {
    const wireEnd = this.offset + length;
    if (wireEnd > this.wireEnd) this.frame.malformed = true;
    this.wireEnd = wireEnd;
    if (wireEnd < this.end) this.end = wireEnd;
  }

  vlan(id: number): void {
    // IEEE 802.1Q 9.6: VLAN id 0 is a priority tag; the frame belongs to no VLAN.
    if (id !== 0) this.encapsulation = this.encapsulations.enterVlan(this.encapsulation, id);
  }

  /** Goes into a tunnel between the ends of the innermost IP header. */
  tunnel(kind: number, id: number): void {
    this.encapsulation = this.encapsulations.enter(this.encapsulation, kind, id, this.layer);
  }

  /** Goes into a label, session or tag that has no addresses of its own. */
  tag(kind: number, id: number): void {
    this.encapsulation = this.encapsulations.enter(this.encapsulation, kind, id, null);
  }

  /** The next IP layer, its fields as for a packet without transport; null at the limit of depth. */
  enterLayer(family: number): IpLayer | null {
    const layer = this.frame.layers[this.frame.layerCount];
    if (layer === undefined || this.frame.layerCount >= maxLayers) return null;
    this.frame.layerCount++;
    layer.level = this.level++;
    layer.family = family;
    layer.hasPorts = false;
    layer.sourcePort = 0;
    layer.destinationPort = 0;
    layer.icmpType = -1;
    layer.icmpCode = -1;
    layer.icmpId = -1;
    layer.icmpSequence = -1;
    layer.icmpError = false;
    layer.identification = -1;
    layer.fragmentProtocol = 0;
    layer.dontFragment = false;
    layer.fragment = fragment.none;
    layer.fragmentOffset = 0;
    layer.encapsulation = this.encapsulation;
    layer.headerOffset = this.offset;
    layer.hasTransport = false;
    layer.tcpFlags = 0;
    layer.tcpSequence = 0;
    layer.tcpAcknowledgment = 0;
    layer.tcpWindow = 0;
    layer.tcpOptionsOffset = 0;
    this.layer = layer;
    return layer;
  }

  /** Transport payload of `layer` begins at `offset`. */
  payload(layer: IpLayer, offset: number): void {
    layer.payloadOffset = offset;
    layer.payloadLength = Math.max(0, this.wireEnd - offset);
    layer.payloadCaptured = Math.max(0, this.end - offset);
  }

  /** Another packet in the same frame, looked at after the current one. */
  branch(protocol: Protocol, offset: number, end: number, wireEnd: number): void {
    if (this.#branchCount >= maxBranches) return;
    let branch = this.#branches[this.#branchCount];
    if (branch === undefined) {
      branch = { protocol, offset, end, wireEnd };
      this.#branches.push(branch);
    }
    if (this.#branchCount === 0) {
      this.#branchEncapsulation = this.encapsulation;
      this.#branchLevel = this.level;
    }
    this.#branchCount++;
    branch.protocol = protocol;
    branch.offset = offset;
    branch.end = end;
    branch.wireEnd = wireEnd;
  }

  /** Moves to the branch of this number; null when there is none. */
  takeBranch(index: number): Protocol | null {
    const branch = index < this.#branchCount ? this.#branches[index] : undefined;
    if (branch === undefined) return null;
    this.offset = branch.offset;
    this.end = branch.end;
    this.wireEnd = branch.wireEnd;
    this.encapsulation = this.#branchEncapsulation;
    this.level = this.#branchLevel;
    this.layer = null;
    return branch.protocol;
  }
}
