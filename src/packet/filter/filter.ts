/** Display filters with Wireshark's syntax and names, for packets and for flows. */
import type { DecodedFrame, Dissection } from '../model.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, type Operand, operandsOf } from './expression.ts';
import { framesHave, frameValues, isPlain } from './frame-values.ts';
import { FilterParser } from './parser.ts';
import { type FilterableFlow, flowsHave, flowValues, packetValues } from './sources.ts';
import { FilterError } from './tokens.ts';

export interface FilterProblem {
  readonly message: string;
  /** Where the word at fault stands in the text. */
  readonly position: number;
  readonly length: number;
}

export interface DisplayFilter {
  readonly text: string;
  /** `frame` is wanted for slices and for `contains` on protocols and octets; without it those do not match. */
  matches(dissection: Dissection, frame?: Uint8Array): boolean;
  /**
   * The answer from the decoded frame alone, without a tree; null when it takes the tree (`matches`): for fields that
   * the hot path does not keep, malformed frames, and ICMP errors, whose quoted packet counts too.
   */
  matchesFrame(frame: DecodedFrame): boolean | null;
  matchesFlow(flow: FilterableFlow): boolean;
  /** The first field that no flow can have: the filter is meant for packets. Null when it makes sense for flows. */
  readonly notForFlows: FilterProblem | null;
}

export type ParsedFilter =
  | { readonly ok: true; readonly filter: DisplayFilter }
  | ({ readonly ok: false } & FilterProblem);

/** An empty text matches everything. Never throws. */
export function parseFilter(text: string): ParsedFilter {
  try {
    const expression = new FilterParser(text).parse();
    return { ok: true, filter: filterOf(text, expression) };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { ok: false, message: error.message, position: error.position, length: error.length };
  }
}

function filterOf(text: string, expression: Expression | null): DisplayFilter {
  const isFast = expression !== null && operandsOf(expression).every(isFastOperand);
  return {
    text,
    matches: (dissection, frame) =>
      expression === null || evaluate(expression, packetValues(dissection, frame ?? null)),
    matchesFrame: (frame) => {
      if (expression === null) return true;
      return isFast && isPlain(frame) ? evaluate(expression, frameValues(frame)) : null;
    },
    matchesFlow: (flow) => expression === null || evaluate(expression, flowValues(flow)),
    notForFlows: expression === null ? null : problemForFlows(expression),
  };
}

/** Octets are only in the tree. */
function isFastOperand({ field, slices, transformation }: Operand): boolean {
  return slices.length === 0 && transformation === null && field.sources.every(framesHave);
}

function problemForFlows(expression: Expression): FilterProblem | null {
  for (const { field, position, length } of operandsOf(expression)) {
    if (field.sources.some((source) => flowsHave(source, field.kind === 'protocol'))) continue;
    return { message: `${field.name} is a field of packets; flows do not have it`, position, length };
  }
  return null;
}
