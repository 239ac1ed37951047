/**
 * Joins flows into connections: the same packets on several interfaces, before and after address translation.
 * Incremental: a flow is looked at when what identifies it changed, a connection is described anew when one of its
 * flows changed.
 */
import { ConntrackIndex, type NamespacedEntry } from './connections/conntrack.ts';
import { contradicts, samePackets } from './connections/evidence.ts';
import { FlowIndex, identityKeys, identitySignature } from './connections/keys.ts';
import { buildConnection, type JoinedConnection } from './connections/path.ts';
import { sameTuple, tupleHash } from './connections/tuple.ts';
import { at, kind, stride } from './record.ts';
import type { FlowNames } from './report.ts';
import { isWaiting, stateOf } from './state.ts';
import type { FlowTable } from './table.ts';

const tcp = 6;
/** Flows of one connection: more interfaces than one packet passes on any host. */
const maxMembers = 64;

export interface JoinContext {
  readonly names: FlowNames;
  /** Connection tracking of all namespaces; another array when it changed. */
  readonly conntrack: readonly NamespacedEntry[];
}

/** Groups that have an id first, by id; then the new ones by their first flow. */
function rank(group: Group): number {
  return group.id > 0 ? group.id : 2 ** 40 + Math.min(...group.flows);
}

interface Group {
  /** 0 until it is described first. */
  id: number;
  /** Flow.id */
  flows: number[];
  dirty: boolean;
  described: JoinedConnection | null;
}

export class ConnectionJoiner {
  /** Goes up when `join` gave something new. */
  version = 0;
  readonly #table: FlowTable;
  readonly #byTuple = new FlowIndex();
  readonly #byIdentity = new FlowIndex();
  readonly #groupOf = new Map<number, Group>();
  /** Groups to describe anew, and those whose description depends on the clock. */
  #dirty: Group[] = [];
  #waiting: Group[] = [];
  #conntrack = new ConntrackIndex([]);
  #entries: readonly NamespacedEntry[] = [];
  #names: FlowNames | null = null;
  #namesVersion = Number.NaN;
  #evicted = 0;
  #nextId = 1;
  #given: readonly JoinedConnection[] = [];
  readonly #proof = (x: number, y: number) => this.#proves(x, y);

  constructor(table: FlowTable) {
    this.#table = table;
  }

  /**
   * All connections in the order of their ids; the same array as before when nothing changed. Call it before
   * `FlowTable.report`, so that the flows name their connections.
   */
  join(context: JoinContext): readonly JoinedConnection[] {
    const { store } = this.#table;
    this.#names = context.names;
    this.#forgetEvicted();
    for (const group of this.#waiting) this.#mark(group);
    this.#waiting = [];
    for (const record of [...store.takeJoinChanged()].sort((x, y) => x - y)) this.#look(record);
    if (context.conntrack !== this.#entries) this.#takeConntrack(context.conntrack);
    if (context.names.version !== this.#namesVersion) {
      this.#namesVersion = context.names.version;
      for (const group of this.#groupOf.values()) this.#mark(group);
    }
    return this.#describe(context.names);
  }

  #look(record: number): void {
    const { store } = this.#table;
    const { words } = store;
    const base = record * stride;
    const id = words[base + at.id] ?? 0;
    let group = this.#groupOf.get(id);
    if (group === undefined) {
      group = { id: 0, flows: [id], dirty: false, described: null };
      this.#groupOf.set(id, group);
      this.#byTuple.add(tupleHash(store, base), id);
    }
    this.#mark(group);
    const signature = identitySignature(words, base);
    if (words[base + at.joinedBy] === signature) return;
    words[base + at.joinedBy] = signature;
    for (const key of identityKeys(words, base, false)) this.#byIdentity.add(key, id);
    this.#consider(id, base);
  }

  /** Joins the flow with those that are the same packets. */
  #consider(id: number, base: number): void {
    const { store } = this.#table;
    const { words } = store;
    const hash = tupleHash(store, base);
    const lists = [this.#byTuple.get(hash)];
    for (const key of identityKeys(words, base, true)) lists.push(this.#byIdentity.get(key));
    for (const partner of this.#conntrack.partnersOf(hash)) lists.push(this.#byTuple.get(partner.hash));
    for (const list of lists) {
      for (const other of list) {
        if (other === id || this.#groupOf.get(other) === this.#groupOf.get(id)) continue;
        const otherRecord = store.recordOf(other);
        if (otherRecord < 0) continue;
        if (samePackets(store, base, otherRecord * stride, this.#proof)) this.#unite(id, other);
      }
    }
  }

  #unite(x: number, y: number): void {
    const one = this.#groupOf.get(x);
    const two = this.#groupOf.get(y);
    if (one === undefined || two === undefined || one.flows.length + two.flows.length > maxMembers) return;
    if (!this.#agree(one, two)) return;
    const [into, from] = rank(one) <= rank(two) ? [one, two] : [two, one];
    for (const id of from.flows) {
      into.flows.push(id);
      this.#groupOf.set(id, into);
    }
    from.flows = [];
    this.#mark(into);
  }

  /**
   * Whether all flows of two groups can be one connection. A flow without ports may hold the packets of several
   * (echoes to one address from behind one NAT): they are not joined through it.
   */
  #agree(one: Group, two: Group): boolean {
    const { store } = this.#table;
    const { words } = store;
    const bases = (group: Group) =>
      group.flows.map((id) => store.recordOf(id) * stride).filter((base) => base >= 0);
    const others = bases(two);
    for (const x of bases(one)) {
      const kindWord = words[x + at.kind] ?? 0;
      const isTcp = (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
      for (const y of others) {
        if (
          isTcp ? contradicts(store, x, y) : !sameTuple(store, x, y) && !samePackets(store, x, y, this.#proof)
        ) {
          return false;
        }
      }
    }
    return true;
  }

  #proves(x: number, y: number): boolean {
    const { store } = this.#table;
    const { words } = store;
    const namespaces = [x, y].map((base) => {
      const found = this.#names?.interfaceOf(words[base + at.interface] ?? 0);
      return found?.namespace ?? null;
    });
    return this.#conntrack.proves(tupleHash(store, x), tupleHash(store, y), namespaces);
  }

  #takeConntrack(entries: readonly NamespacedEntry[]): void {
    this.#entries = entries;
    this.#conntrack = new ConntrackIndex(entries);
    const { store } = this.#table;
    for (const hash of this.#conntrack.originals) {
      for (const id of this.#byTuple.get(hash)) {
        const record = store.recordOf(id);
        if (record >= 0) this.#consider(id, record * stride);
      }
    }
  }

  #mark(group: Group): void {
    if (group.dirty || group.flows.length === 0) return;
    group.dirty = true;
    this.#dirty.push(group);
  }

  #describe(names: FlowNames): readonly JoinedConnection[] {
    if (this.#dirty.length === 0) return this.#given;
    const table = this.#table;
    const { store, clock } = table;
    const context = { store, counts: table.counts, notes: table.notes, clock, names };
    for (const group of this.#dirty.sort((x, y) => rank(x) - rank(y))) {
      group.dirty = false;
      if (group.flows.length === 0) continue;
      if (group.id === 0) group.id = this.#nextId++;
      const bases = group.flows.map((id) => store.recordOf(id) * stride);
      for (const base of bases) {
        if (store.words[base + at.connection] !== group.id) {
          store.words[base + at.connection] = group.id;
          store.touchReport(base / stride);
        }
        if (isWaiting(store.words, base, stateOf(store.words, store.doubles, base, clock)))
          this.#waiting.push(group);
      }
      group.described = buildConnection(context, group.id, bases, this.#proof);
    }
    this.#dirty = [];
    this.#given = this.#all();
    this.version++;
    return this.#given;
  }

  #all(): readonly JoinedConnection[] {
    const all: JoinedConnection[] = [];
    for (const group of new Set(this.#groupOf.values()))
      if (group.described !== null) all.push(group.described);
    return all.sort((x, y) => x.id - y.id);
  }

  /** Flows that the table dropped are in no connection any more. */
  #forgetEvicted(): void {
    const table = this.#table;
    if (table.evicted === this.#evicted) return;
    this.#evicted = table.evicted;
    for (const [id, group] of this.#groupOf) {
      if (table.store.recordOf(id) >= 0) continue;
      this.#groupOf.delete(id);
      group.flows = group.flows.filter((flow) => flow !== id);
      this.#mark(group);
    }
    this.#byTuple.clear();
    this.#byIdentity.clear();
    const { store } = table;
    const { words, count } = store;
    for (let record = 0; record < count; record++) {
      const base = record * stride;
      const id = words[base + at.id] ?? 0;
      if (!this.#groupOf.has(id)) continue;
      this.#byTuple.add(tupleHash(store, base), id);
      for (const key of identityKeys(words, base, false)) this.#byIdentity.add(key, id);
    }
  }
}

/** Joins the table's flows once. */
export function joinConnections(table: FlowTable, context: JoinContext): readonly JoinedConnection[] {
  return new ConnectionJoiner(table).join(context);
}
