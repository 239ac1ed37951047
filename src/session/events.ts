/** What came and went on the host while a session ran. */
import { topologyChanges, wholeChanges } from '../topology/changes.ts';
import type { HostState } from './host-state.ts';
import type { SessionEvent } from './model.ts';

/** The newest events that are kept. */
const mostEvents = 200;

/**
 * @param before the host as it was known; null for nothing known.
 * @returns `events` with what changed since; the same array when nothing did.
 */
export function withChanges(
  events: readonly SessionEvent[],
  before: HostState | null,
  after: HostState | null,
): readonly SessionEvent[] {
  if (before === null || after === null || before.topology === after.topology) return events;
  // Two files may be of two hosts.
  const { hostname } = before.topology.host;
  if (hostname === '' || hostname !== after.topology.host.hostname) return events;
  const changes = wholeChanges(topologyChanges(before.topology, after.topology));
  if (changes.length === 0) return events;
  const time = Date.parse(after.snapshot.takenAt) / 1000;
  const added = changes.map(({ text, subjects }): SessionEvent => ({ time, text, subjects }));
  return [...events, ...added].slice(-mostEvents);
}
