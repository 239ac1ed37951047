/** What the filter of the flows view lets through: a connection passes when one of its flows does. */
import { readFilter } from '../../filter.ts';
import type { FilterProblem } from '../view.ts';
import type { FlowRow } from './report.ts';
import type { RowTexts } from './texts.ts';

export interface CompiledFlowFilter {
  readonly test: ((row: FlowRow) => boolean) | null;
  readonly problem: FilterProblem | null;
}

export function compileFlowFilter(typed: string, texts: RowTexts): CompiledFlowFilter {
  const read = readFilter(typed);
  switch (read.kind) {
    case 'none':
      return { test: null, problem: null };
    case 'problem':
      return { test: null, problem: read.problem };
    case 'words':
      return { test: (row) => read.words(texts.of(row)), problem: null };
    case 'display': {
      const { notForFlows } = read.filter;
      if (notForFlows === null) {
        return { test: (row) => row.flows.some((flow) => read.filter.matchesFlow(flow)), problem: null };
      }
      const { message, position, length } = notForFlows;
      return { test: null, problem: { message, from: position, to: position + length } };
    }
  }
}
