/**
 * What an evaluation does where the rules do not decide: it takes one way, and is run again for every other.
 * A run replays the choices of the one before up to the last that has another side; a state that an earlier run
 * went on from is not gone into twice.
 */

interface Taken {
  choice: number;
  readonly count: number;
  /** `statistic random: yes` */
  label: string;
  /** How many steps were recorded when it was taken. */
  readonly steps: number;
}

/** Thrown to end a run whose rest is known already. */
export class Explored extends Error {
  override readonly name = 'Explored';
}

/** Where this many runs do not reach the end, the last outcome stands for the rest. */
const runLimit = 2048;

export class Decisions {
  private prefix: readonly number[] = [];
  private taken: Taken[] = [];
  private readonly visited = new Set<string>();
  /** Answers of matches that answer alike for one packet. */
  private readonly answers = new Map<string, boolean>();
  private runs = 0;
  readonly reasons = new Set<string>();
  private readonly everyPath: boolean;

  /** @param everyPath takes also the ways that lead to a state which was gone on from already. */
  constructor(everyPath = false) {
    this.everyPath = everyPath;
  }

  /** Starts a run. */
  begin(): void {
    this.taken = [];
    this.answers.clear();
  }

  /** Prepares the next run; false when every way was taken. */
  another(): boolean {
    if (++this.runs >= runLimit) return false;
    while (this.taken.length > 0) {
      const last = this.taken[this.taken.length - 1];
      if (last !== undefined && last.choice + 1 < last.count) {
        this.prefix = [...this.taken.slice(0, -1).map((taken) => taken.choice), last.choice + 1];
        return true;
      }
      this.taken.pop();
    }
    return false;
  }

  /** Steps at the start of this run that the run before has recorded already. */
  get replayedSteps(): number {
    return this.prefix.length === 0 ? 0 : (this.taken[this.prefix.length - 1]?.steps ?? 0);
  }

  /** The choices of this run, for people. */
  get when(): string {
    return this.taken.map((taken) => taken.label).join(', ');
  }

  /** Yes or no for an unknown match. `state` describes everything that the rest of the run depends on. */
  answer(reason: string, key: string | undefined, steps: number, state: () => string): boolean {
    this.reasons.add(`${reason}: one of 2`);
    const known = key === undefined ? undefined : this.answers.get(key);
    if (known !== undefined) return known;
    const yes = this.choose([`${reason}: yes`, `${reason}: no`], steps, state) === 0;
    if (key !== undefined) this.answers.set(key, yes);
    return yes;
  }

  /** One of several ways; returns its index. */
  choose(labels: readonly string[], steps: number, state: () => string): number {
    const at = this.taken.length;
    const replayed = this.prefix[at];
    if (replayed === undefined && !this.everyPath) {
      const key = `${state()}|${[...this.answers].map(([name, yes]) => `${name}=${yes}`).join(',')}`;
      if (this.visited.has(key)) throw new Explored();
      this.visited.add(key);
    }
    const choice = replayed ?? 0;
    this.taken.push({ choice, count: labels.length, label: labels[choice] ?? '', steps });
    return choice;
  }
}
