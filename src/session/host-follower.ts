/** Keeps the state of this host up to date while a session runs. */
import { type ConntrackFollower, followConntrack } from '../host/conntrack-events.ts';
import { pathInto } from '../host/namespaces/doors.ts';
import { takeSnapshot } from '../host/snapshot.ts';
import { type HostWatcher, watchHost } from '../host/watch.ts';
import type { HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import { ConntrackLog } from './conntrack-log.ts';
import { EngineMemory } from './engine-memory.ts';
import { type HostState, hostStateOf } from './host-state.ts';
import { namespacePath } from './namespace-path.ts';

/** Rules do not tell when their counters move: they are read again this often, in milliseconds. */
const refreshInterval = 5000;
/** Connections that conntrack reported become part of the state this often, in milliseconds. */
const mergeInterval = 500;
/** A host where something changes all the time is not read more often than this. */
const shortestInterval = 1000;

export class HostFollower {
  readonly #log = new ConntrackLog();
  readonly #engines = new EngineMemory();
  readonly #dockerHost: string | undefined;
  readonly #onState: (state: HostState) => void;
  readonly #onWarning: (text: string) => void;
  readonly #conntrack = new Map<string, Followed>();
  /** Connections are read again: those of a namespace are not known, or events were missed. */
  #wantsConntrack = false;
  readonly #warned = new Set<string>();
  #state: HostState;
  /** The snapshot as the host gave it, without the log. */
  #taken: HostSnapshot;
  #watcher: HostWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #merger: NodeJS.Timeout | null = null;
  #merged = 0;
  #reading: Promise<void> | null = null;
  #readAt = Date.now();
  #stopped = false;

  constructor(
    host: HostState,
    dockerHost: string | undefined,
    onState: (state: HostState) => void,
    onWarning: (text: string) => void,
  ) {
    this.#state = host;
    this.#taken = this.#engines.complete(host.snapshot);
    this.#dockerHost = dockerHost;
    this.#onState = onState;
    this.#onWarning = onWarning;
  }

  start(): void {
    this.#followConntrack();
    this.#seed();
    this.#watcher = watchHost({ dockerHost: this.#dockerHost }, () => this.#schedule(shortestInterval));
    this.#schedule(refreshInterval);
    this.#merger = setInterval(() => this.#mergeConnections(), mergeInterval);
  }

  /** Reads the host once more, so that counters and connections are those of the end. */
  async finish(): Promise<void> {
    await this.#reading;
    this.#wantsConntrack = true;
    await this.#read();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#merger !== null) clearInterval(this.#merger);
    this.#watcher?.stop();
    for (const { follower } of this.#conntrack.values()) follower.stop();
    this.#conntrack.clear();
  }

  /** Reads the host again no sooner than `interval` ms after the last time. */
  #schedule(interval: number): void {
    if (this.#stopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#reading = this.#read().finally(() => {
          this.#reading = null;
          this.#schedule(refreshInterval);
        });
      },
      Math.max(0, this.#readAt + interval - Date.now()),
    );
  }

  async #read(): Promise<void> {
    try {
      // Events tell of the connections: reading tens of thousands every few seconds would be for nothing.
      const whole = this.#wantsConntrack || !this.#followsAll();
      this.#wantsConntrack = false;
      const snapshot = this.#engines.complete(
        await takeSnapshot({
          dockerHost: this.#dockerHost,
          without: new Set(whole ? [] : ['conntrack']),
        }),
      );
      this.#taken = snapshot;
      this.#followConntrack();
      this.#seed();
      this.#merged = this.#log.version;
      const next = hostStateOf(this.#log.mergeInto(snapshot));
      // The same graph is the same object: names that were worked out from it stay valid.
      const same = JSON.stringify(next.topology) === JSON.stringify(this.#state.topology);
      this.#state = same ? { ...this.#state, snapshot: next.snapshot } : next;
      this.#onState(this.#state);
    } catch (error) {
      this.#onWarning(`the host could not be read again: ${messageOf(error)}`);
    } finally {
      this.#readAt = Date.now();
    }
  }

  #mergeConnections(): void {
    this.#noticeOverruns();
    if (this.#log.version === this.#merged) return;
    this.#merged = this.#log.version;
    this.#state = { ...this.#state, snapshot: this.#log.mergeInto(this.#taken) };
    this.#onState(this.#state);
  }

  /** What the snapshot has of connections; it has none when it was taken without them. */
  #seed(): void {
    for (const { id, conntrack } of this.#taken.namespaces) {
      if (this.#conntrack.has(id)) this.#log.seed(id, conntrack);
    }
  }

  #noticeOverruns(): void {
    for (const [id, followed] of this.#conntrack) {
      const overruns = followed.follower.overruns();
      if (overruns === followed.overruns) continue;
      if (followed.overruns === 0) {
        this.#onWarning(
          `the kernel threw away news of connections in ${this.#nameOf(id)}: netscope could not keep up`,
        );
      }
      followed.overruns = overruns;
      this.#wantsConntrack = true;
    }
  }

  #followsAll(): boolean {
    return this.#taken.namespaces.every(
      (namespace) => !isTracking(namespace) || this.#conntrack.has(namespace.id),
    );
  }

  /**
   * Follows conntrack in every namespace that has rules or connections; without rules nothing is tracked. What only
   * sockets keep is on its way out, and two who follow it would keep it for each other.
   */
  #followConntrack(): void {
    const kept = this.#taken.namespaces.filter(({ sources }) =>
      sources.some((source) => source !== 'socket'),
    );
    for (const namespace of kept) {
      if (isTracking(namespace) && !this.#conntrack.has(namespace.id)) this.#follow(namespace);
    }
    const present = new Set(kept.map(({ id }) => id));
    for (const [id, { follower }] of this.#conntrack) {
      if (present.has(id)) continue;
      follower.stop();
      this.#conntrack.delete(id);
    }
    this.#log.keepOnly(present);
  }

  #follow(namespace: NamespaceState): void {
    const { id } = namespace;
    // It has gone since it was read: no news, and nothing to warn of.
    if (namespace.unreadable.length === 0 && pathInto(namespace) === undefined) return;
    try {
      const follower = followConntrack(
        namespacePath(namespace),
        (entry) => this.#log.add(id, entry),
        (error) => {
          this.#conntrack.delete(id);
          this.#warnOnce(
            id,
            `connections of ${this.#nameOf(id)} are not followed any more: ${messageOf(error)}`,
          );
        },
      );
      this.#conntrack.set(id, { follower, overruns: 0 });
      // Those that came before this moment are not announced.
      this.#wantsConntrack = true;
    } catch (error) {
      this.#warnOnce(id, `connections of ${this.#nameOf(id)} are not followed: ${messageOf(error)}`);
    }
  }

  /** A namespace that cannot be followed is tried again with each snapshot; it is worth one warning. */
  #warnOnce(id: string, text: string): void {
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
    this.#onWarning(text);
  }

  #nameOf(id: string): string {
    return this.#state.topology.namespaces.find((namespace) => namespace.id === id)?.name ?? id;
  }
}

interface Followed {
  readonly follower: ConntrackFollower;
  /** As far as they have been noticed. */
  overruns: number;
}

function isTracking({
  host,
  rulesets,
  conntrack,
  sysctls,
}: Pick<NamespaceState, 'host' | 'rulesets' | 'conntrack' | 'sysctls'>): boolean {
  const tracked = Number(sysctls['net.netfilter.nf_conntrack_count'] ?? conntrack.length);
  return host || rulesets.length > 0 || tracked > 0;
}
