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
import { chosenRules, type RuleChoice } from '../rules-choice.ts';
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
  list
    .option('--unused', 'only rules that never matched: whose counter is 0')
    .option(
      '--shadowed',
      'only rules that no packet reaches, because an earlier one takes all that they match',
    );
  addOutputOptions(addCaptureOptions(list), ['json']).action(listRules);
  rulesEvalCommand(rules);
  rulesCheckCommand(rules);
}

interface ListOptions extends CaptureOptions, OutputOptions, RuleChoice {}

async function listRules(bpf: readonly string[], options: ListOptions): Promise<void> {
  // Without a bound there is nothing to wait for: the rules are there at once.
  const bounded = options.read !== undefined || options.duration !== undefined || options.count !== undefined;
  const session = await openSession(bpf, options, { keepPackets: false, hostStateOnly: !bounded });
  try {
    if (bounded) await finishOnSignal(session);
    const output = new Output();
    const report = chosenRules(session.rules(), options);
    if (options.json === true) {
      await output.json(rulesDocument(session, report));
    } else {
      const whole = options.unused !== true && options.shadowed !== true;
      const none = whole ? 'no rules in any namespace' : 'no such rule in any namespace';
      for (const line of ruleLines(report, createPaint(wantsColor(options.color)), none))
        await output.line(line);
      await output.flush();
    }
  } finally {
    await session.close();
  }
}
