/** What the filter of the packets view lets through. */
import type { PacketEntry } from '../../../session/model.ts';
import { readFilter } from '../../filter.ts';
import type { FilterProblem } from '../view.ts';
import type { PacketRow } from './rows.ts';

export type PacketTest = (row: PacketRow) => boolean;

export interface CompiledFilter {
  readonly test: PacketTest | null;
  readonly problem: FilterProblem | null;
}

/** What rows are searched for words: all of their columns. */
export function packetText(entry: PacketEntry, row: PacketRow): string {
  const { dissection } = row;
  const columns =
    dissection === undefined
      ? ''
      : `${dissection.source} ${dissection.destination} ${dissection.protocol} ${dissection.info}`;
  return `${entry.number} ${row.interface} ${columns}`;
}

/** A filter from what was typed. Null tests let everything through. */
export function compilePacketFilter(typed: string): CompiledFilter {
  const read = readFilter(typed);
  switch (read.kind) {
    case 'none':
      return { test: null, problem: null };
    case 'problem':
      return { test: null, problem: read.problem };
    case 'words':
      return { test: (row) => read.words(packetText(row.entry, row)), problem: null };
    case 'display':
      return {
        test: ({ dissection, bytes }) => dissection !== undefined && read.filter.matches(dissection, bytes),
        problem: null,
      };
  }
}
