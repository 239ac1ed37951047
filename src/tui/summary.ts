/** The line that netscope leaves on the terminal. */
import type { Session } from '../session/model.ts';
import { printable } from '../util/printable.ts';
import { bytes, count, counted, span } from './text/units.ts';

export function summaryOf(session: Session): string {
  const { packets, bytes: size, dropped, duration } = session.totals();
  const parts = [
    counted(packets, 'packet'),
    bytes(size),
    span(Math.round(duration)),
    dropped === null ? null : `${count(dropped)} dropped`,
    session.writing === null ? null : `written to ${session.writing}`,
  ];
  return printable(`netscope: ${parts.filter((part) => part !== null).join(', ')}`);
}
