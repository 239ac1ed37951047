/**
 * Joins flows into connections: the same packets on several interfaces, before and after address translation.
 * Incremental: a flow is looked at when what identifies it changed, a connection is described anew when one of its
 * flows changed.
 */
import { ConntrackIndex, type NamespacedEntry } from './connections/conntrack.ts';
import { contradicts, samePackets } from './connections/evidence.ts';
import { FlowIndex } from './connections/flow-index.ts';
import { Groups } from './connections/groups.ts';
import { identityKeys, mostKeys, signatureOf } from './connections/keys.ts';
import { buildConnection, type JoinedConnection, type PathContext } from './connections/path.ts';
import { InterfaceTexts } from './connections/text.ts';
import { sameTuple, tupleHash } from './connections/tuple.ts';
import { at, kind, stride } from './record.ts';
import type { FlowNames } from './report.ts';
import { isWaiting, stateOf } from './state.ts';
import type { FlowStore } from './store.ts';
import type { FlowTable } from './table.ts';

const tcp = 6;

export interface JoinContext {
  readonly names: FlowNames;
  /** Connection tracking of all namespaces; another array when it changed. */
  readonly conntrack: readonly NamespacedEntry[];
}

export class ConnectionJoiner {
  /** Goes up when `join` gave something new. */
  version = 0;
  readonly #table: FlowTable;
  readonly #store: FlowStore;
  readonly #groups: Groups;
  readonly #byTuple = new FlowIndex();
  readonly #byIdentity = new FlowIndex();
  /** By their numbers, which are given in ascending order. */
  readonly #described = new Map<number, JoinedConnection>();
  readonly #interfaces = new InterfaceTexts();
  /** Flow ids whose connections are to be described anew, and those whose state depends on the clock. */
  #dirty: number[] = [];
  #waiting: number[] = [];
  #conntrack = new ConntrackIndex([]);
  #entries: readonly NamespacedEntry[] = [];
  #namesVersion = Number.NaN;
  #evicted = 0;
  #ended = false;
  /** Nothing was joined yet. */
  #isNew = true;
  #given: readonly JoinedConnection[] = [];
  /** Numbers of connections that were described anew or went into another one; null while nobody asks for them. */
  #news: Set<number> | null = null;
  readonly #keys = new Int32Array(mostKeys);
  readonly #candidates: number[] = [];
  readonly #proof = (x: number, y: number) => this.#proves(x, y);

  constructor(table: FlowTable) {
    this.#table = table;
    this.#store = table.store;
    this.#groups = new Groups(table.store);
  }

  /**
   * All connections in the order of their ids; the same array as before when nothing changed. Call it before
   * `FlowTable.report`, so that the flows name their connections.
   */
  join(context: JoinContext): readonly JoinedConnection[] {
    const { names } = context;
    this.#gather(context);
    // Names are in every description, and what is missing is missing for good when nothing more will come.
    const { ended } = this.#table.clock;
    if (names.version !== this.#namesVersion || ended !== this.#ended) {
      this.#namesVersion = names.version;
      this.#ended = ended;
      for (const { flows } of this.#described.values()) this.#dirty.push(flows[0] ?? 0);
    }
    if (this.#dirty.length === 0) return this.#given;
    this.#describe();
    this.#given = [...this.#described.values()];
    this.version++;
    return this.#given;
  }

  /** Numbers of the connections that changed since this was last called; all of them the first time. */
  takeChanged(): ReadonlySet<number> {
    const news = this.#news ?? new Set(this.#described.keys());
    this.#news = new Set();
    return news;
  }

  /**
   * What the first `join` would give, for those who look at each connection once, before more packets come: most are
   * made when their turn comes, and not kept.
   */
  passing(context: JoinContext): Iterable<JoinedConnection> {
    if (!this.#isNew) return this.join(context);
    this.#gather(context);
    const path = this.#pathContext();
    const several = new Map<number, JoinedConnection>();
    const firsts: number[] = [];
    for (const id of ascending(this.#dirty)) {
      const base = this.#store.recordOf(id) * stride;
      const number = this.#groups.settle(base);
      if (this.#groups.membersOf(number) !== undefined) {
        if (several.has(number)) continue;
        // At once, because it may change what is said of its flows.
        several.set(number, buildConnection(path, number, this.#basesOf(base)));
      }
      firsts.push(base);
    }
    const { words } = this.#store;
    return {
      *[Symbol.iterator]() {
        for (const base of firsts) {
          const number = words[base + at.connection] ?? 0;
          yield several.get(number) ?? buildConnection(path, number, [base]);
        }
      },
    };
  }

  /** Looks at what changed. */
  #gather({ names, conntrack }: JoinContext): void {
    this.#isNew = false;
    this.#interfaces.use(names);
    this.#forgetEvicted();
    this.#dirty = [...this.#dirty, ...this.#waiting];
    this.#waiting = [];
    for (const record of ascending(this.#store.takeJoinChanged())) this.#look(record * stride);
    if (conntrack !== this.#entries) this.#takeConntrack(conntrack);
  }

  #look(base: number): void {
    const { words } = this.#store;
    const id = words[base + at.id] ?? 0;
    this.#dirty.push(id);
    if (this.#groups.of(base) === 0) {
      this.#groups.begin(base);
      this.#byTuple.add(tupleHash(this.#store, base), id);
    }
    const signature = signatureOf(this.#keys, identityKeys(words, base, true, this.#keys));
    if (words[base + at.joinedBy] === signature) return;
    words[base + at.joinedBy] = signature;
    this.#file(base, id);
    this.#consider(base);
  }

  #file(base: number, id: number): void {
    const keys = this.#keys;
    const count = identityKeys(this.#store.words, base, false, keys);
    for (let index = 0; index < count; index++) this.#byIdentity.add(keys[index] ?? 0, id);
  }

  /** Joins the flow with those that are the same packets. */
  #consider(base: number): void {
    const store = this.#store;
    const { words } = store;
    const candidates = this.#candidates;
    const hash = tupleHash(store, base);
    const keys = this.#keys;
    const id = words[base + at.id] ?? 0;
    if (candidates.length > 0) candidates.length = 0;
    this.#byTuple.collect(hash, id, candidates);
    const count = identityKeys(words, base, true, keys);
    for (let index = 0; index < count; index++) this.#byIdentity.collect(keys[index] ?? 0, id, candidates);
    for (const { hash: partner } of this.#conntrack.partnersOf(hash)) {
      this.#byTuple.collect(partner, id, candidates);
    }
    for (const other of candidates) {
      const otherBase = store.recordOf(other) * stride;
      if (otherBase < 0 || this.#groups.of(otherBase) === this.#groups.of(base)) continue;
      if (samePackets(store, base, otherBase, this.#proof)) this.#unite(base, otherBase);
    }
  }

  #unite(x: number, y: number): void {
    const { words } = this.#store;
    if (!this.#agree(x, y)) return;
    const idX = words[x + at.id] ?? 0;
    const gone = this.#groups.unite(this.#groups.of(x), idX, this.#groups.of(y), words[y + at.id] ?? 0);
    if (gone === 0) return;
    this.#described.delete(gone);
    this.#news?.add(gone);
    this.#dirty.push(idX);
  }

  /**
   * Whether all flows of two groups can be one connection. A flow without ports may hold the packets of several
   * (echoes to one address from behind one NAT): they are not joined through it.
   */
  #agree(x: number, y: number): boolean {
    const store = this.#store;
    const kindWord = store.words[x + at.kind] ?? 0;
    const isTcp = (kindWord & 0xff) === tcp && (kindWord & kind.ports) !== 0;
    const others = this.#basesOf(y);
    for (const one of this.#basesOf(x)) {
      for (const two of others) {
        if (isTcp ? contradicts(store, one, two) : !sameTuple(store, one, two) && !this.#same(one, two))
          return false;
      }
    }
    return true;
  }

  #same(x: number, y: number): boolean {
    return samePackets(this.#store, x, y, this.#proof);
  }

  /** Words of all records in the group of the one at `base`. */
  #basesOf(base: number): readonly number[] {
    const members = this.#groups.membersOf(this.#groups.of(base));
    if (members === undefined) return [base];
    return members.map((id) => this.#store.recordOf(id) * stride).filter((each) => each >= 0);
  }

  #proves(x: number, y: number): boolean {
    const namespaces = [
      this.#interfaces.namespaceOf(this.#store, x),
      this.#interfaces.namespaceOf(this.#store, y),
    ];
    return this.#conntrack.proves(tupleHash(this.#store, x), tupleHash(this.#store, y), namespaces);
  }

  #takeConntrack(entries: readonly NamespacedEntry[]): void {
    this.#entries = entries;
    this.#conntrack = new ConntrackIndex(entries);
    const ids: number[] = [];
    for (const hash of this.#conntrack.originals) this.#byTuple.collect(hash, 0, ids);
    for (const id of ids) {
      const record = this.#store.recordOf(id);
      if (record >= 0) this.#consider(record * stride);
    }
  }

  #pathContext(): PathContext {
    const { store, counts, notes, clock } = this.#table;
    return { store, counts, notes, clock, interfaces: this.#interfaces, proof: this.#proof };
  }

  #describe(): void {
    const store = this.#store;
    const { clock } = this.#table;
    const context = this.#pathContext();
    const done = new Set<number>();
    for (const id of ascending(this.#dirty)) {
      const record = store.recordOf(id);
      if (record < 0) continue;
      const base = record * stride;
      const number = this.#groups.settle(base);
      if (this.#groups.membersOf(number) !== undefined) {
        if (done.has(number)) continue;
        done.add(number);
      }
      const bases = this.#basesOf(base);
      if (
        bases.some((each) => isWaiting(store.words, each, stateOf(store.words, store.doubles, each, clock)))
      ) {
        this.#waiting.push(id);
      }
      this.#described.set(number, buildConnection(context, number, bases));
      this.#news?.add(number);
    }
    this.#dirty = [];
  }

  /** Flows that the table dropped are in no connection any more. */
  #forgetEvicted(): void {
    const store = this.#store;
    if (this.#table.evicted === this.#evicted) return;
    this.#evicted = this.#table.evicted;
    const reduced = this.#groups.forgetEvicted();
    for (const left of reduced.values()) this.#dirty.push(...left.slice(0, 1));
    for (const [number, { flows }] of this.#described) {
      const left = reduced.get(number) ?? flows.filter((id) => store.recordOf(id) >= 0);
      if (left.length === 0) this.#described.delete(number);
    }
    this.#byTuple.clear();
    this.#byIdentity.clear();
    for (let base = 0; base < store.count * stride; base += stride) {
      if (this.#groups.of(base) === 0) continue;
      const id = store.words[base + at.id] ?? 0;
      this.#byTuple.add(tupleHash(store, base), id);
      this.#file(base, id);
    }
  }
}

/** The same numbers in ascending order; most lists are already. */
function ascending(numbers: readonly number[]): readonly number[] {
  for (let index = 1; index < numbers.length; index++) {
    if ((numbers[index - 1] ?? 0) > (numbers[index] ?? 0)) return [...numbers].sort((x, y) => x - y);
  }
  return numbers;
}
