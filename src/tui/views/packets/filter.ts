/** What the filter of the packets view lets through. */
import type { PacketEntry } from '../../../session/model.ts';
import { wordFilter } from '../../text/words.ts';
import type { FilterProblem } from '../view.ts';
import type { PacketRow } from './rows.ts';

export type PacketTest = (row: PacketRow) => boolean;

export interface CompiledFilter {
  readonly test: PacketTest | null;
  readonly problem: FilterProblem | null;
}

/** What rows are searched for words: all of their columns. */
export function packetText(entry: PacketEntry, row: Omit<PacketRow, 'entry'>): string {
  const { dissection } = row;
  const columns =
    dissection === undefined
      ? ''
      : `${dissection.source} ${dissection.destination} ${dissection.protocol} ${dissection.info}`;
  return `${entry.number} ${row.interface} ${columns}`;
}

/** A filter from what was typed: words. Null tests let everything through. */
export function compilePacketFilter(typed: string): CompiledFilter {
  const words = wordFilter(typed);
  return {
    test: words === null ? null : (row) => words(packetText(row.entry, row)),
    problem: null,
  };
}
