/** What there is to say about a few of the flows besides their numbers: bounded per flow, absent for most. */
import { describeError, type IcmpError } from './icmp-errors.ts';
import type { FlowFailure } from './model.ts';

/** Texts kept per flow; later ones are not. */
const maxTexts = 8;

const none: readonly never[] = [];

interface Entry {
  icmp: IcmpError | null;
  readonly texts: string[];
  readonly failures: FlowFailure[];
  problem: string | null;
}

export class FlowNotes {
  readonly #entries = new Map<number, Entry>();

  /** Notes an ICMP error about flow `id`. */
  error(
    id: number,
    packet: number,
    family: number,
    type: number,
    code: number,
    sender: Uint32Array,
    mtu: number,
  ): void {
    const entry = this.#entry(id);
    entry.icmp ??= { family, type, code, sender: new Uint32Array(4), mtu, count: 0, packet };
    entry.icmp.family = family;
    entry.icmp.type = type;
    entry.icmp.code = code;
    entry.icmp.sender.set(sender);
    entry.icmp.mtu = mtu;
    entry.icmp.count++;
  }

  /** Adds a text about flow `id`, once. Returns whether it is new. */
  add(id: number, text: string): boolean {
    const { texts } = this.#entry(id);
    if (texts.length >= maxTexts || texts.includes(text)) return false;
    texts.push(text);
    return true;
  }

  /** Adds what an application said that failed, once for each code and text. */
  fail(id: number, failure: FlowFailure): void {
    const { failures } = this.#entry(id);
    const isKnown = failures.some(({ code, text }) => code === failure.code && text === failure.text);
    if (!isKnown && failures.length < maxTexts) failures.push(failure);
  }

  failuresOf(id: number): readonly FlowFailure[] {
    return [...(this.#entries.get(id)?.failures ?? none)];
  }

  has(id: number): boolean {
    return this.#entries.has(id);
  }

  errorOf(id: number): IcmpError | null {
    return this.#entries.get(id)?.icmp ?? null;
  }

  textsOf(id: number): readonly string[] {
    const entry = this.#entries.get(id);
    if (entry === undefined) return none;
    return entry.icmp === null ? [...entry.texts] : [describeError(entry.icmp), ...entry.texts];
  }

  /** Sets the sentence that says what went wrong in the application, unless there is one. */
  setProblem(id: number, problem: string): void {
    this.#entry(id).problem ??= problem;
  }

  problemOf(id: number): string | null {
    return this.#entries.get(id)?.problem ?? null;
  }

  delete(id: number): void {
    this.#entries.delete(id);
  }

  #entry(id: number): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { icmp: null, texts: [], failures: [], problem: null };
      this.#entries.set(id, entry);
    }
    return entry;
  }
}
