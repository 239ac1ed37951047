/** What a session works out of the states of its host, from one state to the next. */
import { RulesetCache } from '../netfilter/rulesets.ts';
import { Annotations } from './annotations.ts';
import { CounterLog } from './counter-log.ts';
import { withChanges } from './events.ts';
import type { HostState } from './host-state.ts';
import type { SessionEvent } from './model.ts';

export class HostSide {
  readonly #rulesets = new RulesetCache();
  readonly counters = new CounterLog(this.#rulesets);
  #annotations: { readonly of: HostState; readonly made: Annotations } | null = null;

  annotationsOf(host: HostState): Annotations {
    if (this.#annotations?.of !== host) {
      this.#annotations = { of: host, made: new Annotations(host, this.#rulesets) };
    }
    return this.#annotations.made;
  }

  /** `events` with what changed from one state to the next. */
  eventsOf(
    events: readonly SessionEvent[],
    before: HostState | null,
    after: HostState,
  ): readonly SessionEvent[] {
    return withChanges(events, before, after);
  }
}
