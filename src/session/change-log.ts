/**
 * What came and went on the host while a session ran, in lines that are worth reading: what a container does in the
 * second in which it starts (a veth is made on the host, moved, renamed, given an address) is one line.
 */
import { type TopologyChange, topologyChanges, wholeChangeOf, wholeChanges } from '../topology/changes.ts';
import type { Topology } from '../topology/model.ts';
import type { HostState } from './host-state.ts';
import type { SessionEvent } from './model.ts';

/** The newest events that are kept. */
const mostEvents = 200;
/** Changes that follow each other within this many seconds are told together, */
const quiet = 2;
/** but not for longer than this. */
const longest = 10;

interface Step {
  readonly time: number;
  readonly changes: readonly TopologyChange[];
}

/** Changes that are still going on. */
interface Burst {
  /** The host before the first. */
  readonly base: Topology;
  readonly steps: readonly Step[];
}

export class ChangeLog {
  events: readonly SessionEvent[] = [];
  #settled: readonly SessionEvent[] = [];
  #burst: Burst | null = null;

  /** @param before the host as it was known; null for nothing known. */
  add(before: HostState | null, after: HostState): void {
    if (before === null || before.topology === after.topology) return;
    // Two files may be of two hosts.
    const { hostname } = before.topology.host;
    if (hostname === '' || hostname !== after.topology.host.hostname) return;
    const changes = topologyChanges(before.topology, after.topology);
    if (changes.length === 0) return;
    const time = Date.parse(after.snapshot.takenAt) / 1000;
    const burst = this.#goingOn(time) ?? { base: before.topology, steps: [] };
    this.#burst = { base: burst.base, steps: [...burst.steps, { time, changes }] };
    this.events = [...this.#settled, ...told(this.#burst, after.topology)].slice(-mostEvents);
  }

  #goingOn(time: number): Burst | null {
    const first = this.#burst?.steps[0];
    const last = this.#burst?.steps.at(-1);
    if (
      first !== undefined &&
      last !== undefined &&
      time - last.time <= quiet &&
      time - first.time <= longest
    ) {
      return this.#burst;
    }
    this.#settled = this.events;
    return null;
  }
}

/** From the first host to the last, with what went to and fro on the way. */
function told({ base, steps }: Burst, now: Topology): readonly SessionEvent[] {
  const [only] = steps;
  if (only !== undefined && steps.length === 1) {
    return wholeChanges(only.changes).map(({ text, subjects }) => ({ time: only.time, text, subjects }));
  }
  const net = topologyChanges(base, now);
  const whole = wholeChanges(net);
  // What was there all the time is told step by step: a link that flapped did so.
  const flapping = new Set(
    whole.flatMap(({ kind, how, key }) => (how === 'changed' && kind !== 'container' ? key : [])),
  );
  const inNet = new Set(net.flatMap(({ key }) => (flapping.has(key) ? [] : key)));
  const byContainer = steps.some(({ changes }) => changes.some(({ kind }) => kind === 'container'));
  const times = lastTimes(steps, net);
  const events = whole.flatMap(({ key, text, subjects }): SessionEvent | [] =>
    flapping.has(key) ? [] : { time: times.get(key) ?? 0, text, subjects },
  );
  for (const { time, changes } of steps) {
    for (const { key, kind, how, text, subjects } of wholeChanges(changes)) {
      // What an engine makes and takes away again for a container is no news of its own: ends of cables on the host.
      const isPassing = byContainer && kind !== 'container' && how !== 'changed';
      if (!inNet.has(key) && !isPassing) events.push({ time, text, subjects });
    }
  }
  return events.sort((a, b) => a.time - b.time);
}

/** When each whole change, or the last part of it, was seen. */
function lastTimes(steps: readonly Step[], net: readonly TopologyChange[]): ReadonlyMap<string, number> {
  const seen = new Map(steps.flatMap(({ time, changes }) => changes.map(({ key }) => [key, time] as const)));
  const byKey = new Map(net.map((change) => [change.key, change]));
  const times = new Map<string, number>();
  for (const change of net) {
    const whole = wholeChangeOf(change, byKey).key;
    times.set(whole, Math.max(times.get(whole) ?? 0, seen.get(change.key) ?? steps.at(-1)?.time ?? 0));
  }
  return times;
}
