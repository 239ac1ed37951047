/** What the filter of the flows view looks at. */
import type { FlowEnd } from '../../../flow/model.ts';
import { endText } from './cells.ts';
import type { FlowRow } from './report.ts';

export interface RowTexts {
  of(row: FlowRow): string;
}

/** Texts of rows; what never changes about a flow is put together once. */
export function createRowTexts(): RowTexts {
  const fixed = new Map<number, string>();

  function fixedText(row: FlowRow): string {
    const known = fixed.get(row.flow.id);
    if (known !== undefined) return known;
    const words = row.flows.flatMap((flow) => [
      flow.protocol,
      endWords(flow.source),
      endWords(flow.destination),
      flow.interface === null ? '' : `${flow.interface.namespace}:${flow.interface.name}`,
    ]);
    const text = [...new Set(words)].join(' ');
    // A connection may gain flows and container names while it is young; later it does not change.
    if (row.flow.duration > 2) fixed.set(row.flow.id, text);
    return text;
  }

  return {
    of(row) {
      const { flow, connection } = row;
      const changing = `${flow.state} ${flow.application ?? ''} ${connection?.problem ?? ''}`;
      const translations = connection?.translations.map((t) => `${t.kind} ${t.from} ${t.to}`).join(' ') ?? '';
      return `${fixedText(row)} ${changing} ${translations} ${connection?.verdict ?? ''}`;
    },
  };
}

function endWords(end: FlowEnd): string {
  return end.container === null
    ? endText(end)
    : `${end.container} ${end.container}:${end.port ?? ''} ${endText(end)}`;
}
