/** What keys do to the time that the views show. */
import type { Session } from '../session/model.ts';
import { barColumns, columnAt } from './components/time-line.tsx';
import type { Action, Keymap } from './keymap.ts';
import { type Mark, marksOf } from './state/marks.ts';
import { say, type Ui } from './state/model.ts';
import {
  type Extent,
  extentOf,
  isLimited,
  movedTo,
  noTime,
  numberAt,
  parseMoment,
  played,
  type TimeState,
  timeOf,
  withSpeed,
} from './state/time.ts';

/** Moments that Ctrl-D and the like go at once, in columns of the time line. */
const leap = 10;

/** @returns the state after an action that is for the time line; undefined for any other. */
export function createTiming(session: Session, keys: Keymap): (action: Action, ui: Ui) => Ui | undefined {
  return (action, ui) => {
    const extent = extentOf(session);
    if (!isForTime(action, ui, session)) return undefined;
    if (extent === null) return say(ui, 'there are no packets yet');
    if (ui.frozen !== null) return say(ui, `frozen: ${keys.label('freeze')} goes on`);
    const next = changed(action, ui, extent, session);
    return next === undefined ? undefined : { ...ui, time: next };
  };
}

/** The keys of the time line always; others while it has them. */
function isForTime(action: Action, { time }: Ui, { mode, state }: Session): boolean {
  switch (action) {
    case 'time':
    case 'range-from':
    case 'range-to':
    case 'faster':
    case 'slower':
    case 'step':
    case 'step-back':
      return true;
    case 'freeze':
      // Nothing comes in that could be held still.
      return mode === 'replay' && state !== 'loading';
    default:
      return time.focused;
  }
}

function changed(action: Action, ui: Ui, extent: Extent, session: Session): TimeState | undefined {
  const time = { ...ui.time, focused: true };
  const at = time.cursor ?? extent.to;
  const column = (extent.to - extent.from) / barColumns(ui.columns);
  const move = (moment: number) => movedTo({ ...time, playing: false }, moment, extent);
  switch (action) {
    case 'time':
      return { ...ui.time, focused: !ui.time.focused };
    case 'in':
      return { ...time, focused: false };
    case 'back':
      return { ...time, focused: false, playing: false };
    case 'clear-filter':
      return isLimited(time) ? { ...noTime, focused: true, speed: time.speed } : undefined;
    case 'freeze':
      return session.mode === 'live' ? undefined : played({ ...time, focused: ui.time.focused }, extent);
    case 'open':
      return move(at + column);
    case 'shut':
      return move(at - column);
    case 'half-down':
    case 'page-down':
      return move(at + leap * column);
    case 'half-up':
    case 'page-up':
      return move(at - leap * column);
    case 'top':
      return move(time.from ?? extent.from);
    case 'bottom':
      return move(time.to ?? extent.to);
    case 'next-match':
      return moveTo(nextMark(session, at, extent, ui.columns, 1)?.time);
    case 'previous-match':
      return moveTo(nextMark(session, at, extent, ui.columns, -1)?.time);
    case 'range-from':
      return withRange({ ...time, from: at });
    case 'range-to':
      return withRange({ ...time, to: at });
    case 'faster':
      return withSpeed(time, 1, extent);
    case 'slower':
      return withSpeed(time, -1, extent);
    case 'step':
      return move(packetAfter(session, time.cursor ?? extent.from, 1));
    case 'step-back':
      return move(packetAfter(session, at, -1));
    default:
      return undefined;
  }

  function moveTo(moment: number | undefined): TimeState {
    return moment === undefined ? time : move(moment);
  }
}

/** A range that would end before it begins loses its other end. */
function withRange(time: TimeState): TimeState {
  const { from, to, cursor } = time;
  if (from === null || to === null || from < to) return time;
  return from === cursor ? { ...time, to: null } : { ...time, from: null };
}

/** The next mark in another column of the time line, around its ends. */
function nextMark(
  session: Session,
  at: number,
  extent: Extent,
  columns: number,
  step: 1 | -1,
): Mark | undefined {
  const here = columnAt(at, extent, barColumns(columns));
  const columnOf = (mark: Mark) => columnAt(mark.time, extent, barColumns(columns));
  const marks = marksOf(session);
  return step > 0
    ? (marks.find((mark) => columnOf(mark) > here) ?? marks[0])
    : (marks.findLast((mark) => columnOf(mark) < here) ?? marks.at(-1));
}

/** Time of the packet after the newest one that is shown at `at`, or of the one before it. */
function packetAfter({ packets }: Session, at: number, step: 1 | -1): number {
  const number = numberAt(packets, at) + step;
  return timeOf(packets, Math.min(packets.last, Math.max(packets.first, number)));
}

/** `:time 12.5`, `:time 10:24:40`. */
export function jumpTo(text: string, ui: Ui, session: Session): Ui {
  const extent = extentOf(session);
  if (extent === null) return say(ui, 'there are no packets yet');
  const moment = parseMoment(text, extent);
  if (moment === null)
    return say(ui, `no time "${text}": seconds from the first packet, or 10:24:40`, 'problem');
  return { ...ui, time: movedTo({ ...ui.time, focused: true, playing: false }, moment, extent) };
}
