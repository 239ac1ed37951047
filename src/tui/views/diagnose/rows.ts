/** The way as rows: a heading for each namespace, its hops below, each with the state that is known of it so far. */
import type { SeenPacket } from '../../../diagnose/evidence.ts';
import type { Diagnosis, DiagnosisHop, HopStatus } from '../../../diagnose/model.ts';
import { hopTimes } from '../../../diagnose/packets.ts';
import type { Diagnosing } from '../../state/diagnosing.ts';

/** `waiting`: the attempt goes on, and no packet of it was seen there yet. */
export type ShownStatus = HopStatus | 'waiting';

export interface HopRow {
  readonly kind: 'hop';
  readonly key: string;
  readonly hop: DiagnosisHop;
  readonly status: ShownStatus;
  /** The last of its namespace's hops. */
  readonly last: boolean;
  /** The client's packet was last seen here, or arrived. */
  readonly mark: 'last-seen' | 'arrived' | null;
  /** Microseconds from the first packet until one was seen here. */
  readonly after: number | null;
}

export interface HeadingRow {
  readonly kind: 'heading';
  readonly key: string;
  readonly text: string;
  /** Null for the heading of the way back. */
  readonly namespace: string | null;
}

export type WayRow = HopRow | HeadingRow;

/** The way of a diagnosis that is over, or that goes on. */
export function wayRows(state: Diagnosing['state']): readonly WayRow[] {
  switch (state.kind) {
    case 'failed':
      return [];
    case 'done':
      return rowsOf(state.diagnosis, (hop) => hop.status, state.diagnosis);
    case 'running': {
      if (state.progress === null) return [];
      const { way, seen } = state.progress;
      const known = knownHops(way.path, seen);
      return rowsOf(way, (hop) => (known.has(hop) ? hop.status : 'waiting'), null);
    }
  }
}

/** The hops up to the furthest one where a packet was seen, there and back; a name is resolved before. */
function knownHops(path: readonly DiagnosisHop[], seen: readonly SeenPacket[]): ReadonlySet<DiagnosisHop> {
  const answers = new Set<SeenPacket['kind']>(['syn-ack', 'rst', 'icmp-error']);
  const places = (kinds: (kind: SeenPacket['kind']) => boolean) =>
    new Set(seen.filter(({ kind }) => kinds(kind)).map((packet) => packet.interface));
  const there = places((kind) => kind === 'syn' || kind === 'data' || kind === 'other');
  const back = places((kind) => answers.has(kind));
  const forward = path.filter(({ direction }) => direction === 'forward');
  const reply = path.filter(({ direction }) => direction === 'reply');
  const upTo = (hops: readonly DiagnosisHop[], at: ReadonlySet<string>) =>
    hops.slice(0, hops.findLastIndex(({ kind, hop }) => kind === 'link' && at.has(hop)) + 1);
  const answered = upTo(reply, back);
  const reached = back.size > 0 ? forward : upTo(forward, there);
  return new Set([...forward.filter(({ kind }) => kind === 'name'), ...reached, ...answered]);
}

function rowsOf(
  way: Diagnosis,
  statusOf: (hop: DiagnosisHop) => ShownStatus,
  done: Diagnosis | null,
): readonly WayRow[] {
  const { path } = way;
  const lastLink = path.findLast(({ kind, direction }) => kind === 'link' && direction === 'forward');
  const times = done === null ? new Map<string, number>() : hopTimes(done.packets);
  const rows: WayRow[] = [];
  for (const [at, hop] of path.entries()) {
    const before = path[at - 1];
    if (hop.direction === 'reply' && before?.direction !== 'reply')
      rows.push({ kind: 'heading', key: 'back', text: 'and back', namespace: null });
    if (hop.namespace !== null && (hop.namespace !== before?.namespace || hop.direction !== before.direction))
      rows.push({ kind: 'heading', key: `in ${at}`, text: hop.namespace, namespace: hop.namespace });
    const next = path[at + 1];
    const isLastSeen = hop.kind === 'link' && hop.direction === 'forward' && hop.hop === done?.lastSeenAt;
    rows.push({
      kind: 'hop',
      key: `hop ${at}`,
      hop,
      status: statusOf(hop),
      last: next?.namespace !== hop.namespace || next.direction !== hop.direction,
      mark: isLastSeen ? (hop === lastLink ? 'arrived' : 'last-seen') : null,
      after: hop.kind === 'link' && hop.direction === 'forward' ? (times.get(hop.hop) ?? null) : null,
    });
  }
  return rows;
}

/** Where one looks first: what blocks, else the first row. */
export function startRow(rows: readonly WayRow[]): number {
  const blocked = rows.findIndex((row) => row.kind === 'hop' && row.status === 'blocked');
  return Math.max(0, blocked);
}
