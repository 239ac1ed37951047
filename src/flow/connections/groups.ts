/**
 * Which flows are one connection: the number of the connection is in each flow's record, and the members are kept
 * where there is more than one. New connections have provisional numbers until they are described, so that those
 * that turn out to be one leave no gap.
 */
import { at, stride } from '../record.ts';
import type { FlowStore } from '../store.ts';

/** Flows of one connection: more interfaces than one packet passes on any host. */
const maxMembers = 64;
/** Provisional numbers have this bit. */
const provisional = 0x80000000;

export class Groups {
  readonly #store: FlowStore;
  /** Flow ids, ascending, of the groups that have several. */
  readonly #members = new Map<number, number[]>();
  #nextProvisional = 1;
  #nextNumber = 1;

  constructor(store: FlowStore) {
    this.#store = store;
  }

  /** The group of the record at word `base`; 0 for none yet. */
  of(base: number): number {
    return this.#store.words[base + at.connection] ?? 0;
  }

  /** Makes a group of the one flow. */
  begin(base: number): void {
    this.#store.words[base + at.connection] = (provisional | this.#nextProvisional++) >>> 0;
  }

  /** Flow ids of a group that has several; undefined for the others. */
  membersOf(group: number): readonly number[] | undefined {
    return this.#members.get(group);
  }

  /** Puts two groups together, whose flows `x` and `y` are. Returns the one that is no more; 0 when they are too many. */
  unite(one: number, x: number, two: number, y: number): number {
    const own = this.#members.get(one) ?? [x];
    const others = this.#members.get(two) ?? [y];
    if (own.length + others.length > maxMembers) return 0;
    const [into, from] = one < two ? [one, two] : [two, one];
    const moved = into === one ? others : own;
    this.#members.delete(from);
    this.#members.set(
      into,
      [...own, ...others].sort((a, b) => a - b),
    );
    for (const id of moved) this.#number(id, into);
    return from;
  }

  /** Gives the flow's group its number for good. Returns it. */
  settle(base: number): number {
    const group = this.of(base);
    if (group < provisional) return group;
    const number = this.#nextNumber++;
    const members = this.#members.get(group);
    if (members === undefined) {
      this.#store.words[base + at.connection] = number;
      this.#store.touchReport(base / stride);
      return number;
    }
    this.#members.delete(group);
    this.#members.set(number, members);
    for (const id of members) this.#number(id, number);
    return number;
  }

  /** Forgets members that the table holds no more. Returns the groups that lost some, and what is left of each. */
  forgetEvicted(): Map<number, readonly number[]> {
    const changed = new Map<number, readonly number[]>();
    for (const [group, members] of this.#members) {
      const left = members.filter((id) => this.#store.recordOf(id) >= 0);
      if (left.length === members.length) continue;
      changed.set(group, left);
      if (left.length > 1) this.#members.set(group, left);
      else this.#members.delete(group);
    }
    return changed;
  }

  #number(id: number, group: number): void {
    const record = this.#store.recordOf(id);
    if (record < 0) return;
    this.#store.words[record * stride + at.connection] = group;
    this.#store.touchReport(record);
  }
}
