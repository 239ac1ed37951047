/** What a session works out of the states of its host, from one state to the next. */
import { AnnotationMemory } from '../netfilter/annotation/memory.ts';
import { RulesetCache } from '../netfilter/rulesets.ts';
import type { HostSnapshot } from '../snapshot/schema.ts';
import { type HostTraffic, hostTraffic } from '../topology/link-traffic.ts';
import { Annotations } from './annotations.ts';
import { ChangeLog } from './change-log.ts';
import { CounterLog } from './counter-log.ts';
import type { HostState } from './host-state.ts';

export class HostSide {
  readonly #rulesets = new RulesetCache();
  readonly #memory = new AnnotationMemory();
  readonly counters = new CounterLog(this.#rulesets);
  readonly log = new ChangeLog();
  #annotations: { readonly of: HostState; readonly made: Annotations } | null = null;

  /** Of the last two looks at the host that were apart. */
  traffic: HostTraffic = new Map();
  #looked: HostSnapshot | null = null;

  /** Works out what links carry; the same look with more connections is no other. */
  seeTraffic({ snapshot }: HostState): void {
    if (snapshot.takenAt === this.#looked?.takenAt) return;
    this.traffic = hostTraffic(this.#looked, snapshot);
    this.#looked = snapshot;
  }

  annotationsOf(host: HostState): Annotations {
    if (this.#annotations?.of !== host) {
      this.#annotations = { of: host, made: new Annotations(host, this.#rulesets, this.#memory) };
    }
    return this.#annotations.made;
  }
}
