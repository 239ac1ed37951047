/**
 * Translations that conntrack reported while a session ran. An entry of a short connection is gone before a
 * snapshot sees it; here it stays, so that the connection can still be joined with its rule.
 */
import type { ConntrackEntry, HostSnapshot } from '../snapshot/schema.ts';

/** Entries kept per namespace; the oldest go first. */
const limit = 65_536;

export class ConntrackLog {
  readonly #namespaces = new Map<string, Map<string, ConntrackEntry>>();
  version = 0;

  /**
   * What a snapshot has of a namespace: connections that do not change while the session runs announce nothing.
   * Events know better.
   *
   * @param namespace its id, `net:[...]`.
   */
  seed(namespace: string, known: readonly ConntrackEntry[]): void {
    const entries = this.#entriesOf(namespace);
    for (const entry of known) if (!entries.has(keyOf(entry))) this.add(namespace, entry);
  }

  /** @param namespace its id, `net:[...]`. */
  add(namespace: string, entry: ConntrackEntry): void {
    const entries = this.#entriesOf(namespace);
    const key = keyOf(entry);
    const known = entries.get(key);
    // An event that ends an entry says less about its state than the ones before it.
    entries.delete(key);
    entries.set(
      key,
      known === undefined
        ? entry
        : { ...known, ...entry, status: entry.status.length > 0 ? entry.status : known.status },
    );
    if (entries.size > limit) {
      const oldest = entries.keys().next();
      if (oldest.done !== true) entries.delete(oldest.value);
    }
    this.version++;
  }

  /** Lets go of namespaces that are no more. */
  keepOnly(present: ReadonlySet<string>): void {
    for (const id of this.#namespaces.keys()) if (!present.has(id)) this.#namespaces.delete(id);
  }

  #entriesOf(namespace: string): Map<string, ConntrackEntry> {
    let entries = this.#namespaces.get(namespace);
    if (entries === undefined) {
      entries = new Map();
      this.#namespaces.set(namespace, entries);
    }
    return entries;
  }

  /** The snapshot with what was logged added to what its own entries say. */
  mergeInto(snapshot: HostSnapshot): HostSnapshot {
    if (this.#namespaces.size === 0) return snapshot;
    return {
      ...snapshot,
      namespaces: snapshot.namespaces.map((namespace) => {
        const logged = this.#namespaces.get(namespace.id);
        if (logged === undefined) return namespace;
        const merged = new Map(logged);
        for (const entry of namespace.conntrack) merged.set(keyOf(entry), entry);
        return { ...namespace, conntrack: [...merged.values()] };
      }),
    };
  }
}

/** Both tuples: a 5-tuple that is used again may be translated otherwise. */
function keyOf({ protocol, zone, original, reply }: ConntrackEntry): string {
  return [
    protocol,
    zone ?? 0,
    ...[original, reply].flatMap((tuple) => [
      tuple.source,
      tuple.sourcePort ?? tuple.icmpId ?? '',
      tuple.destination,
      tuple.destinationPort ?? tuple.icmpType ?? '',
    ]),
  ].join(' ');
}
