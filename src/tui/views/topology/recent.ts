/** What changed on the host a moment ago, to be marked. */
import type { SessionEvent } from '../../../session/model.ts';

/** How long a change is marked, in seconds. */
export const markTime = 6;

/** @param now seconds since 1970. */
export function recentEvents(
  events: readonly SessionEvent[],
  now: number = Date.now() / 1000,
): readonly SessionEvent[] {
  const first = events.findLastIndex(({ time }) => !(now - time < markTime));
  return events.slice(first + 1);
}

/** Keys of the rows that are marked. */
export function changedNow(events: readonly SessionEvent[]): ReadonlySet<string> {
  return new Set(recentEvents(events).flatMap(({ subjects }) => subjects));
}
