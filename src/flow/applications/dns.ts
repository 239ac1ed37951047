/** DNS (RFC 1035): what each query got for an answer. Queries that wait are kept, a few per flow. */

import { readName } from '../../packet/applications/dns-names.ts';
import { u16 } from '../../packet/bytes.ts';
import type { Finding, Payload } from './follower.ts';

const headerLength = 12;
const maxWaiting = 8;
const maxFlows = 10_000;
/** Nanoseconds: resolv.conf's timeout. */
const answerTimeout = 5e9;

const failures: Readonly<Record<number, string>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};

interface Query {
  readonly id: number;
  readonly name: string;
  readonly time: number;
}

export class DnsQueries {
  readonly #waiting = new Map<number, readonly Query[]>();
  /** Flows whose queries wait, by the queries' ids. */
  readonly #flowsById = new Map<number, Set<number>>();

  /**
   * Takes note of a message of flow `flow` at `now` (nanoseconds). Returns what failed, as `NXDOMAIN for db`, or null.
   */
  look(flow: number, { bytes, from, end }: Payload, isTcp: boolean, now: number): Finding | null {
    const start = from + (isTcp ? 2 : 0);
    if (end - start < headerLength) return null;
    const id = u16(bytes, start);
    const flags = u16(bytes, start + 2);
    const name = u16(bytes, start + 4) === 0 ? null : readName(bytes, start, end, start + headerLength).text;
    const waiting = this.#waiting.get(flow) ?? [];
    const others = waiting.filter((query) => query.id !== id);
    const isAnswer = (flags & 0x8000) !== 0;
    if (!isAnswer && name !== null) {
      if (this.#waiting.size >= maxFlows && waiting.length === 0) return null;
      this.#set(flow, [...others.slice(-(maxWaiting - 1)), { id, name, time: now }]);
      return null;
    }
    if (!isAnswer) return null;
    if (waiting.length > others.length) this.#set(flow, others);
    else if (name !== null) this.#answerElsewhere(id, name);
    const failure = failures[flags & 0xf];
    if (failure === undefined) return null;
    const asked = name ?? waiting.find((query) => query.id === id)?.name;
    const note = `dns: ${asked === undefined ? failure : `${failure} for ${asked}`}`;
    return { note, code: failure, text: asked ?? '', isProblem: true };
  }

  /** Gives up on answers that are overdue at `now`, or on all (`Infinity`): calls `tell` for each. */
  expire(now: number, tell: (flow: number, text: string) => void): void {
    for (const [flow, waiting] of this.#waiting) {
      const rest = waiting.filter((query) => now - query.time <= answerTimeout);
      if (rest.length === waiting.length) continue;
      for (const query of waiting) if (!rest.includes(query)) tell(flow, `no answer for ${query.name}`);
      this.#set(flow, rest);
    }
  }

  forget(flow: number): void {
    if (this.#waiting.has(flow)) this.#set(flow, []);
  }

  /**
   * An answer that nobody asked for on its own flow: where queries are translated and answers translated back on one
   * interface (the embedded DNS of a container, on `lo`), both are flows of their own.
   */
  #answerElsewhere(id: number, name: string): void {
    for (const flow of [...(this.#flowsById.get(id) ?? [])]) {
      const waiting = this.#waiting.get(flow) ?? [];
      const rest = waiting.filter((query) => query.id !== id || query.name !== name);
      if (rest.length < waiting.length) this.#set(flow, rest);
    }
  }

  #set(flow: number, queries: readonly Query[]): void {
    for (const { id } of this.#waiting.get(flow) ?? []) {
      const flows = this.#flowsById.get(id);
      flows?.delete(flow);
      if (flows?.size === 0) this.#flowsById.delete(id);
    }
    for (const { id } of queries) {
      const flows = this.#flowsById.get(id);
      if (flows === undefined) this.#flowsById.set(id, new Set([flow]));
      else flows.add(flow);
    }
    if (queries.length > 0) this.#waiting.set(flow, queries);
    else this.#waiting.delete(flow);
  }
}
