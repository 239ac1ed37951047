/** Connection tracking entries as proof of what address translation made of a tuple. */
import type { ConntrackEntry, ConntrackTuple } from '../../snapshot/schema.ts';
import { kind } from '../record.ts';
import { parseIp } from './address.ts';
import { hashOfTuple } from './tuple.ts';

export interface NamespacedEntry {
  /** Name of the namespace that tracks the connection, as topology gives it. */
  readonly namespace: string;
  readonly entry: ConntrackEntry;
}

interface Partner {
  readonly hash: number;
  readonly namespace: string;
}

const none: readonly Partner[] = [];
const withPorts = new Set([6, 17, 33, 132, 136]);

export class ConntrackIndex {
  /** By the hash of a tuple: the tuples that translation makes of it, or made it of. */
  readonly #partners = new Map<number, Partner[]>();
  /** Hashes of the tuples that are translated. */
  readonly originals: readonly number[];

  constructor(entries: readonly NamespacedEntry[]) {
    const originals: number[] = [];
    for (const { namespace, entry } of entries) {
      const before = hashOf(entry, entry.original, false);
      const after = hashOf(entry, entry.reply, true);
      if (before === null || after === null || before === after) continue;
      originals.push(before);
      this.#add(before, { hash: after, namespace });
      this.#add(after, { hash: before, namespace });
    }
    this.originals = originals;
  }

  partnersOf(hash: number): readonly Partner[] {
    return this.#partners.get(hash) ?? none;
  }

  /** Whether one of two tuples becomes the other in one of these namespaces (null: not known which it is). */
  proves(x: number, y: number, namespaces: readonly (string | null)[]): boolean {
    return this.partnersOf(x).some(
      ({ hash, namespace }) => hash === y && (namespaces.includes(null) || namespaces.includes(namespace)),
    );
  }

  #add(hash: number, partner: Partner): void {
    const known = this.#partners.get(hash);
    if (known === undefined) this.#partners.set(hash, [partner]);
    else known.push(partner);
  }
}

/** The hash that a flow with this tuple has; null when the addresses make no sense. */
function hashOf(entry: ConntrackEntry, tuple: ConntrackTuple, reversed: boolean): number | null {
  const source = parseIp(reversed ? tuple.destination : tuple.source);
  const destination = parseIp(reversed ? tuple.source : tuple.destination);
  if (source === null || destination === null) return null;
  const ports = withPorts.has(entry.protocol);
  const sourcePort = (ports ? (reversed ? tuple.destinationPort : tuple.sourcePort) : 0) ?? 0;
  const destinationPort = (ports ? (reversed ? tuple.sourcePort : tuple.destinationPort) : 0) ?? 0;
  let order = 0;
  for (let word = 0; word < 4 && order === 0; word++) order = (source[word] ?? 0) - (destination[word] ?? 0);
  if (order === 0) order = sourcePort - destinationPort;
  const [a, b] = order <= 0 ? [source, destination] : [destination, source];
  const [portA, portB] = order <= 0 ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  const kindWord = entry.protocol | (entry.family === 'ip6' ? kind.ipv6 : 0) | (ports ? kind.ports : 0);
  return hashOfTuple(kindWord, portA, portB, a, b);
}
