/** Keeps the state of this host up to date while a session runs. */
import { type ConntrackFollower, followConntrack } from '../host/conntrack-events.ts';
import { takeSnapshot } from '../host/snapshot.ts';
import { type HostWatcher, watchHost } from '../host/watch.ts';
import type { HostSnapshot, NamespaceState } from '../snapshot/schema.ts';
import { messageOf } from '../util/errors.ts';
import { ConntrackLog } from './conntrack-log.ts';
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
  readonly #dockerHost: string | undefined;
  readonly #onState: (state: HostState) => void;
  readonly #onWarning: (text: string) => void;
  readonly #conntrack = new Map<string, ConntrackFollower>();
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
    this.#taken = host.snapshot;
    this.#dockerHost = dockerHost;
    this.#onState = onState;
    this.#onWarning = onWarning;
  }

  start(): void {
    this.#followConntrack();
    this.#watcher = watchHost({ dockerHost: this.#dockerHost }, () => this.#schedule(shortestInterval));
    this.#schedule(refreshInterval);
    this.#merger = setInterval(() => this.#mergeConnections(), mergeInterval);
  }

  /** Reads the host once more, so that counters and connections are those of the end. */
  async finish(): Promise<void> {
    await this.#reading;
    await this.#read();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#merger !== null) clearInterval(this.#merger);
    this.#watcher?.stop();
    for (const follower of this.#conntrack.values()) follower.stop();
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
      const snapshot = await takeSnapshot({ dockerHost: this.#dockerHost });
      this.#taken = snapshot;
      this.#followConntrack();
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
    if (this.#log.version === this.#merged) return;
    this.#merged = this.#log.version;
    this.#state = { ...this.#state, snapshot: this.#log.mergeInto(this.#taken) };
    this.#onState(this.#state);
  }

  /** Follows conntrack in every namespace that has rules or connections; without rules nothing is tracked. */
  #followConntrack(): void {
    for (const namespace of this.#taken.namespaces) {
      if (!isTracking(namespace) || this.#conntrack.has(namespace.id)) continue;
      try {
        const follower = followConntrack(namespacePath(namespace), (entry) =>
          this.#log.add(namespace.id, entry),
        );
        this.#conntrack.set(namespace.id, follower);
      } catch (error) {
        this.#onWarning(
          `connections of ${namespace.names[0] ?? namespace.id} are not followed: ${messageOf(error)}`,
        );
      }
    }
    const present = new Set(this.#taken.namespaces.map(({ id }) => id));
    for (const [id, follower] of this.#conntrack) {
      if (present.has(id)) continue;
      follower.stop();
      this.#conntrack.delete(id);
    }
  }
}

function isTracking(namespace: NamespaceState): boolean {
  return namespace.host || namespace.rulesets.length > 0 || namespace.conntrack.length > 0;
}
