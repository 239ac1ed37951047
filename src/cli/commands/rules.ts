import type { Command } from 'commander';
import {
  addCaptureOptions,
  addOutputOptions,
  type CaptureOptions,
  type OutputOptions,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { rulesDocument } from '../rules-document.ts';
import { ruleLines } from '../rules-text.ts';
import { finishOnSignal, openSession } from '../session.ts';
import { rulesCheckCommand } from './rules-check.ts';
import { rulesEvalCommand } from './rules-eval.ts';

export function rulesCommand(program: Command): void {
  const rules = program
    .command('rules')
    .summary('rules of every namespace, with counters and the flows that met them')
    .description('Netfilter rules of every network namespace.');
  const list = rules
    .command('list [bpf...]', { isDefault: true })
    .description(
      'Lists the rules with their counters; with -r, --duration or -c also the connections that met each.',
    );
  addOutputOptions(addCaptureOptions(list), ['json']).action(listRules);
  rulesEvalCommand(rules);
  rulesCheckCommand(rules);
}

async function listRules(bpf: readonly string[], options: CaptureOptions & OutputOptions): Promise<void> {
  // Without a bound there is nothing to wait for: the rules are there at once.
  const bounded = options.read !== undefined || options.duration !== undefined || options.count !== undefined;
  const session = await openSession(bpf, options, { keepPackets: false, hostStateOnly: !bounded });
  try {
    if (bounded) await finishOnSignal(session);
    const output = new Output();
    if (options.json === true) {
      await output.json(rulesDocument(session));
    } else {
      for (const line of ruleLines(session.rules(), createPaint(wantsColor(options.color))))
        await output.line(line);
      await output.flush();
    }
  } finally {
    await session.close();
  }
}
