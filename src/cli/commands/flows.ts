import type { Command } from 'commander';
import { flowFilter } from '../display-filter.ts';
import { flowCells, flowColumns, flowObject, flowsDocument } from '../flows-document.ts';
import { flowLines } from '../flows-text.ts';
import {
  addCaptureOptions,
  addDisplayFilter,
  addOutputOptions,
  type CaptureOptions,
  type OutputOptions,
  wantsColor,
} from '../options.ts';
import { csvRecord, Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { finishOnSignal, openSession, printWarnings } from '../session.ts';

export function flowsCommand(program: Command): void {
  const command = program
    .command('flows [bpf...]')
    .summary('flows and connections with the rules they met')
    .description(
      'Flows and connections with the rules they met. Captures until -c, --duration or Ctrl-C, or reads -r; then prints.',
    );
  addOutputOptions(addDisplayFilter(addCaptureOptions(command)), ['json', 'ndjson', 'csv']).action(flows);
}

async function flows(bpf: readonly string[], options: CaptureOptions & OutputOptions): Promise<void> {
  const accepts = await flowFilter(options.displayFilter);
  const session = await openSession(bpf, options, { keepPackets: false });
  try {
    await finishOnSignal(session);
    const output = new Output();
    if (options.json === true) {
      await output.json(flowsDocument(session, accepts));
    } else if (options.ndjson === true) {
      for (const flow of session.passingFlows().flows)
        if (accepts?.(flow) !== false) await output.line(JSON.stringify(flowObject(flow)));
    } else if (options.csv === true) {
      await output.line(csvRecord(flowColumns));
      for (const flow of session.passingFlows().flows)
        if (accepts?.(flow) !== false) await output.line(csvRecord(flowCells(flow)));
    } else {
      await output.lines(flowLines(session, accepts, createPaint(wantsColor(options.color))));
    }
    await output.flush();
    if (options.json !== true) printWarnings(session);
  } finally {
    await session.close();
  }
}
