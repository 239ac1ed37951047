/** Parts of a session, worked out when they are asked for; the last one is kept, to go on from. */
import type { Counts } from './counts.ts';
import type { Part, SessionPart } from './model.ts';
import { createPart, type PartInput } from './part.ts';
import { Retake, type RetakeInput } from './retake.ts';

export interface PartsInput extends Pick<PartInput, 'packets' | 'totals' | 'flows' | 'rules' | 'problems'> {
  readonly counts: Counts;
  /** What it takes to take a file's packets in once more; null live, where the oldest packets are gone. */
  readonly retake: (() => RetakeInput) | null;
}

export class Parts {
  readonly #input: PartsInput;
  #retake: Retake | null = null;
  #last: { readonly part: Part; readonly host: RetakeInput['host']; readonly made: SessionPart } | null =
    null;

  constructor(input: PartsInput) {
    this.#input = input;
  }

  within(part: Part): SessionPart {
    const { retake } = this.#input;
    const input = retake?.() ?? null;
    const host = input?.host ?? null;
    const before = this.#last;
    const same = before !== null && isSame(before.part, part) && before.host === host;
    const made = same ? before.made : input === null ? this.#now(part) : this.#anew(part, input);
    if (!same) this.#last = { part, host, made };
    if (input !== null) this.#retake?.advance(part);
    return made;
  }

  /** Of a file: as it was. */
  #anew(part: Part, input: RetakeInput): SessionPart {
    const { packets, counts, totals, problems } = this.#input;
    const going =
      this.#retake?.suits(part, input.host) === true ? this.#retake : new Retake(input, part.first);
    this.#retake = going;
    return createPart({
      ...{ part, packets, totals, problems },
      statistics: (selection) => counts.of(selection),
      flows: () => going.flows(),
      rules: () => going.rules(),
      flowIn: part.first <= 1 ? null : (flow) => going.flowSince(flow),
      worked: () => going.worked(part.last),
    });
  }

  /** Live: as it is now, of the flows that have packets there. */
  #now(part: Part): SessionPart {
    const { packets, counts, totals, flows, rules, problems } = this.#input;
    const present = counts.flowsIn(part.first, part.last);
    return createPart({
      ...{ part, packets, totals, flows, rules, problems },
      statistics: (selection) => counts.of(selection),
      flowIn: (flow) => (present.has(flow.id) ? flow : undefined),
      worked: () => 1,
    });
  }
}

function isSame(a: Part, b: Part): boolean {
  return a.first === b.first && a.last === b.last && a.time === b.time;
}
