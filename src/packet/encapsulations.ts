/**
 * Interned stacks of VLAN tags and tunnels. A stack is a node whose parent is the stack outside it, so that
 * going one header deeper is one look-up of numbers in an open-addressed table: no text, nothing allocated
 * once the stack is known.
 */
import { formatIp } from './address.ts';
import type { Encapsulation, Encapsulations, IpLayer, Tunnel } from './model.ts';

/** What an element of a stack is. A position in this list is the kind's number. */
const kinds = [
  'vlan',
  'mpls',
  'pppoe',
  'pbb',
  'e-tag',
  'vn-tag',
  'fabricpath',
  'trill',
  'nsh',
  'vxlan',
  'vxlan-gpe',
  'geneve',
  'gre',
  'nvgre',
  'erspan',
  'pptp',
  'eoip',
  'wccp',
  'ipip',
  '6in4',
  '4in6',
  'ip6ip6',
  'etherip',
  'mpls-in-ip',
  'mpls-in-udp',
  'teredo',
  'ayiya',
  'gre-in-udp',
  'gtp-u',
  'stt',
  'flannel-udp',
  'l2tp',
  'l2tpv3',
  'lisp',
  'gue',
  'capwap',
  'lwapp',
  'tzsp',
  'pim-register',
  'srv6',
  'batman',
] as const;

export type EncapsulationKind = (typeof kinds)[number];

const vlanKind = 0;
const kindNumbers = new Map<string, number>(kinds.map((kind, index) => [kind, index]));

/** The number of a kind, for `enter`. */
export function kindNumber(kind: EncapsulationKind): number {
  return kindNumbers.get(kind) ?? 0;
}

/** Words of a node: parent; kind, family and whether it has an id; id; source (4); destination (4). */
const stride = 11;
const familyShift = 8;
const hasIdFlag = 1 << 16;

/** Made-up tunnel ids must not fill memory: past this many stacks, new ones are taken for the one outside them. */
const maxStacks = 1 << 18;

/** Mixes one word into a hash (multiply and rotate, as MurmurHash3's body does). */
function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const value = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((value << 13) | (value >>> 19), 5) + 0xe6546b64) | 0;
}

export class EncapsulationTable implements Encapsulations {
  #nodes = new Uint32Array(stride * 64);
  #slots = new Int32Array(256);
  #count = 1;
  readonly #built: (Encapsulation | undefined)[] = [];
  /** The node that is looked for: a scratch row. */
  readonly #wanted = new Uint32Array(stride);

  get size(): number {
    return this.#count;
  }

  /** The stack `parent` with a VLAN tag inside it. */
  enterVlan(parent: number, vlan: number): number {
    this.#wanted.fill(0);
    this.#wanted[0] = parent;
    this.#wanted[1] = vlanKind | hasIdFlag;
    this.#wanted[2] = vlan;
    return this.#intern();
  }

  /**
   * The stack `parent` with a tunnel inside it. `id` is -1 for kinds without one; `layer` is the IP header whose
   * addresses are the tunnel's ends, null for kinds without.
   */
  enter(parent: number, kind: number, id: number, layer: IpLayer | null): number {
    const wanted = this.#wanted;
    wanted.fill(0);
    wanted[0] = parent;
    wanted[1] = kind | ((layer?.family ?? 0) << familyShift) | (id < 0 ? 0 : hasIdFlag);
    wanted[2] = Math.max(id, 0);
    if (layer !== null) {
      for (let word = 0; word < 4; word++) {
        wanted[3 + word] = layer.source[word] ?? 0;
        wanted[7 + word] = layer.destination[word] ?? 0;
      }
    }
    return this.#intern();
  }

  get(id: number): Encapsulation {
    const known = this.#built[id];
    if (known !== undefined) return known;
    const vlans: number[] = [];
    const tunnels: Tunnel[] = [];
    for (const node of this.#path(id)) {
      const row = this.#nodes.subarray(node * stride, (node + 1) * stride);
      const shape = row[1] ?? 0;
      const number = (shape & hasIdFlag) === 0 ? null : (row[2] ?? 0);
      if ((shape & 0xff) === vlanKind) {
        vlans.push(number ?? 0);
        continue;
      }
      const family = (shape >> familyShift) & 0xff;
      tunnels.push({
        kind: kinds[shape & 0xff] ?? 'unknown',
        id: number,
        source: family === 0 ? null : formatIp(family, row, 3),
        destination: family === 0 ? null : formatIp(family, row, 7),
      });
    }
    const built = { vlans, tunnels, reverse: this.#reverse(id) };
    this.#built[id] = built;
    return built;
  }

  /** Nodes from the outermost to `id`. */
  #path(id: number): number[] {
    const path: number[] = [];
    for (let node = id; node > 0 && node < this.#count; node = this.#nodes[node * stride] ?? 0)
      path.push(node);
    return path.reverse();
  }

  #reverse(id: number): number {
    let parent = 0;
    for (const node of this.#path(id)) {
      const row = node * stride;
      this.#wanted.set(this.#nodes.subarray(row, row + stride));
      this.#wanted[0] = parent;
      this.#wanted.copyWithin(3, 7, 11);
      this.#wanted.set(this.#nodes.subarray(row + 3, row + 7), 7);
      parent = this.#intern();
    }
    return parent;
  }

  #intern(): number {
    const wanted = this.#wanted;
    let hash = 0;
    for (let word = 0; word < stride; word++) hash = mix(hash, wanted[word] ?? 0);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const node = this.#slots[slot] ?? 0;
      if (node === 0) break;
      if (this.#equals(node)) return node;
      slot = (slot + 1) & mask;
    }
    if (this.#count >= maxStacks) return wanted[0] ?? 0;
    return this.#append(slot);
  }

  #equals(node: number): boolean {
    const row = node * stride;
    for (let word = 0; word < stride; word++) {
      if (this.#nodes[row + word] !== this.#wanted[word]) return false;
    }
    return true;
  }

  #append(slot: number): number {
    const node = this.#count++;
    if ((node + 1) * stride > this.#nodes.length) {
      const larger = new Uint32Array(this.#nodes.length * 2);
      larger.set(this.#nodes);
      this.#nodes = larger;
    }
    this.#nodes.set(this.#wanted, node * stride);
    this.#slots[slot] = node;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return node;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#count; node++) {
      let hash = 0;
      for (let word = 0; word < stride; word++) hash = mix(hash, this.#nodes[node * stride + word] ?? 0);
      hash ^= hash >>> 15;
      let slot = hash & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#slots = slots;
  }
}
