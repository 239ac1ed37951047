/** Which application a flow belongs to, by its first payloads, and what went wrong there. */
import { recognise } from '../packet/applications/index.ts';
import type { IpLayer } from '../packet/model.ts';
import { printable } from '../util/printable.ts';
import { DnsQueries } from './applications/dns.ts';
import type { Finding, Look, Payload } from './applications/follower.ts';
import { lookAtHttp } from './applications/http.ts';
import { lookAtMemcached } from './applications/memcached.ts';
import { lookAtMongodb } from './applications/mongodb.ts';
import { lookAtMysql } from './applications/mysql.ts';
import { lookAtPostgresql } from './applications/postgresql.ts';
import { lookAtRedis } from './applications/redis.ts';
import { lookAtTls } from './applications/tls.ts';
import type { FlowNotes } from './notes.ts';
import { at, direction, flag, misc, stride } from './record.ts';
import type { FlowStore } from './store.ts';

/** Payloads that are tried for a flow's application, and those that are looked at once it is known. */
const maxTried = 3;
const maxFollowed = 10;
const tcp = 6;

const looks: ReadonlyMap<string, Look> = new Map([
  ['http', lookAtHttp],
  ['tls', lookAtTls],
  ['postgresql', lookAtPostgresql],
  ['mysql', lookAtMysql],
  ['redis', lookAtRedis],
  ['mongodb', lookAtMongodb],
  ['memcached', lookAtMemcached],
]);

interface How {
  /** Payloads of the flow that were looked at, this one included. */
  readonly seen: number;
  readonly isTcp: boolean;
  readonly isFirst: boolean;
}

export class ApplicationTracker {
  /** Number of the packet that is looked at. */
  packet = 0;
  readonly #store: FlowStore;
  readonly #notes: FlowNotes;
  readonly #queries = new DnsQueries();
  /** Names by their number in the records; 0 is none. */
  readonly #names: string[] = [''];

  constructor(store: FlowStore, notes: FlowNotes) {
    this.#store = store;
    this.#notes = notes;
  }

  /** The application of the flow whose record begins at word `base`. */
  nameOf(base: number): string | null {
    return this.#names[(this.#store.words[base + at.misc] ?? 0) >>> misc.applicationShift] || null;
  }

  /** Looks at a payload of a flow that is not flagged `recognised` yet. */
  look(base: number, fromA: boolean, layer: IpLayer, buffer: Uint8Array): void {
    const { words } = this.#store;
    const from = layer.payloadOffset;
    const end = from + Math.min(layer.payloadLength, layer.payloadCaptured);
    if (end <= from) return;
    const seen = this.#count(base);
    let name = this.nameOf(base);
    if (name === null) {
      name = recognise(buffer, from, end, layer.sourcePort, layer.destinationPort, layer.protocol);
      if (name === null) {
        if (seen >= maxTried) this.#done(base);
        return;
      }
      const number = this.#numberOf(name) << misc.applicationShift;
      words[base + at.misc] = ((words[base + at.misc] ?? 0) | number) >>> 0;
    }
    const fromSource = fromA === (((words[base + at.flags] ?? 0) & flag.sourceIsB) === 0);
    const payload = { bytes: buffer, from, end, fromSource };
    this.#follow(base, name, payload, {
      seen,
      isTcp: layer.protocol === tcp,
      isFirst: this.#isFirst(base, fromA, layer),
    });
  }

  /** Gives up on answers that are overdue at `now` (nanoseconds), or on all of them (`Infinity`). */
  expire(now: number): void {
    this.packet = 0;
    this.#queries.expire(now, (id, text) => {
      const record = this.#store.recordOf(id);
      if (record < 0) return;
      const note = `dns: ${text}`;
      this.#note(record * stride, 'dns', {
        note,
        code: 'no answer',
        text: text.replace('no answer for ', ''),
        isProblem: true,
      });
      this.#store.touch(record);
    });
  }

  forget(id: number): void {
    this.#queries.forget(id);
  }

  /** Whether the payload is the first that its side sent after the handshake. */
  #isFirst(base: number, fromA: boolean, { protocol, tcpSequence }: IpLayer): boolean {
    const { words } = this.#store;
    if (protocol !== tcp || ((words[base + at.flags] ?? 0) & flag.synAck) === 0) return false;
    const isn = words[base + (fromA ? at.tcpA : at.tcpB) + direction.baseSequence] ?? 0;
    return ((tcpSequence - isn) | 0) === 1;
  }

  #follow(base: number, name: string, payload: Payload, how: How): void {
    const { seen, isTcp, isFirst } = how;
    const { words, times } = this.#store;
    if (name === 'dns') {
      if (payload.fromSource) words[base + at.flags] = (words[base + at.flags] ?? 0) | flag.request;
      const failure = this.#queries.look(words[base + at.id] ?? 0, payload, isTcp, times[0] ?? 0);
      if (failure !== null) this.#note(base, name, failure);
      return;
    }
    const found = looks.get(name)?.(payload, isFirst) ?? null;
    if (found !== null && found !== 'done') this.#note(base, name, found);
    if (found !== null || seen >= maxFollowed || !looks.has(name)) this.#done(base);
  }

  #note(base: number, application: string, { note, code, text, isProblem }: Finding): void {
    const id = this.#store.words[base + at.id] ?? 0;
    const shown = printable(note);
    this.#notes.add(id, shown);
    this.#notes.fail(id, {
      application,
      code: printable(code),
      text: printable(text),
      isProblem,
      packet: this.packet,
    });
    if (isProblem) this.#notes.setProblem(id, shown);
  }

  /** Counts the payloads that were looked at; the count stays at what its bits hold. */
  #count(base: number): number {
    const { words } = this.#store;
    const word = words[base + at.misc] ?? 0;
    const count = Math.min(15, ((word & misc.examinedMask) >>> misc.examinedShift) + 1);
    words[base + at.misc] = ((word & ~misc.examinedMask) | (count << misc.examinedShift)) >>> 0;
    return count;
  }

  #done(base: number): void {
    const { words } = this.#store;
    words[base + at.flags] = (words[base + at.flags] ?? 0) | flag.recognised;
  }

  #numberOf(name: string): number {
    const known = this.#names.indexOf(name);
    return known > 0 ? known : this.#names.push(name) - 1;
  }
}
