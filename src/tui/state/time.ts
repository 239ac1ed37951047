/**
 * The time that the views show: all of it, or up to a moment (while a file plays, or scrolled back live), or a range.
 * A moment outside of the range shows the whole range.
 */
import type { PacketList, Part, Session } from '../../session/model.ts';

export interface TimeState {
  /** Keys go to the time line. */
  readonly focused: boolean;
  /** The moment, in seconds since 1970; null for the end, which live is now. */
  readonly cursor: number | null;
  /** The range, in seconds since 1970; null where it is open. */
  readonly from: number | null;
  readonly to: number | null;
  readonly playing: boolean;
  /** Seconds of the capture in a second. */
  readonly speed: number;
}

export const noTime: TimeState = {
  focused: false,
  cursor: null,
  from: null,
  to: null,
  playing: false,
  speed: 0,
};

export const speeds: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000,
];

/** A file plays in about this many seconds before the speed was chosen, and no slower than it was captured. */
const playedIn = 30;

export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Live, the time line goes back this many seconds. */
const liveSeconds = 600;

type Timed = Pick<Session, 'packets' | 'mode' | 'statistics'>;

/** From the first packet to the last one, as far as they are held; null without packets. */
export function extentOf(session: Timed): Extent | null {
  const { packets, mode } = session;
  if (packets.last < packets.first) return null;
  const first = timeOf(packets, packets.first);
  const last = timeOf(packets, packets.last);
  const { start, width, buckets } = session.statistics(null);
  if (mode === 'live') return { from: Math.max(first, last - liveSeconds), to: last };
  // Packets of several files and interfaces need not be in order: the counts know the earliest and the latest.
  return {
    from: Math.min(first, Math.max(start, first - width)),
    to: Math.max(last, start + (buckets - 1) * width),
  };
}

export function timeOf(packets: PacketList, number: number): number {
  const entry = packets.at(number);
  return entry === undefined ? Number.NaN : entry.seconds + entry.nanoseconds / 1e9;
}

/** Number of the last packet that is not later than `time`; the one before the first where all are later. */
export function numberAt(packets: PacketList, time: number): number {
  let low = packets.first;
  let high = packets.last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(packets, middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether the views show less than everything. */
export function isLimited({ cursor, from, to }: TimeState): boolean {
  return cursor !== null || from !== null || to !== null;
}

/** The moment up to which the views show, where it is not the end. */
export function momentOf({ cursor, from, to }: TimeState): number | null {
  const isInside = cursor !== null && (from === null || cursor > from) && (to === null || cursor < to);
  return isInside ? cursor : to;
}

/** The packets that the views show; null for all of them. */
export function partOf(time: TimeState, { packets }: Pick<Session, 'packets'>): Part | null {
  if (!isLimited(time)) return null;
  const until = momentOf(time);
  const last = until === null ? packets.last : numberAt(packets, until);
  // A packet at the range's begin is in it.
  const first = time.from === null ? 1 : numberAt(packets, time.from - 1e-9) + 1;
  return { first, last, time: until ?? timeOf(packets, packets.last) };
}

export function speedOf({ speed }: TimeState, extent: Extent): number {
  if (speed > 0) return speed;
  const wanted = (extent.to - extent.from) / playedIn;
  return speeds.find((each) => each >= 1 && each >= wanted) ?? 1;
}

/** Faster or slower by one step. */
export function withSpeed(time: TimeState, step: 1 | -1, extent: Extent): TimeState {
  const at = speeds.indexOf(speedOf(time, extent)) + step;
  return { ...time, speed: speeds[Math.min(speeds.length - 1, Math.max(0, at))] ?? 1 };
}

/** To a moment; beyond the end everything is shown. */
export function movedTo(time: TimeState, moment: number, extent: Extent): TimeState {
  if (moment >= extent.to) return { ...time, cursor: null, playing: false };
  return { ...time, cursor: Math.max(extent.from, moment) };
}

/** Plays from where the cursor is, or again from the begin where there is nothing left to play. */
export function played(time: TimeState, extent: Extent): TimeState {
  if (time.playing) return { ...time, playing: false };
  const begin = time.from ?? extent.from;
  const end = time.to ?? extent.to;
  const isOver = time.cursor === null || time.cursor >= end || time.cursor < begin;
  return { ...time, playing: true, cursor: isOver ? begin : time.cursor };
}

/** After `seconds` of playing. */
export function ticked(time: TimeState, seconds: number, extent: Extent): TimeState {
  if (!time.playing) return time;
  const end = time.to ?? extent.to;
  const moment = (time.cursor ?? extent.from) + seconds * speedOf(time, extent);
  if (moment < end) return { ...time, cursor: moment };
  return { ...time, playing: false, cursor: time.to };
}

/** A time that was typed: seconds from the first packet (`12.5`), or a time of day (`10:24:40`) of its day. */
export function parseMoment(text: string, extent: Extent): number | null {
  const offset = /^\+?(\d+(?:\.\d+)?)$/.exec(text);
  if (offset !== null) return extent.from + Number(offset[1]);
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(text);
  if (clock === null) return null;
  const date = new Date(extent.from * 1000);
  date.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  const moment = date.getTime() / 1000 + Number(clock[3] ?? 0);
  const day = 86_400;
  return moment < extent.from - 1 && moment + day <= extent.to ? moment + day : moment;
}
