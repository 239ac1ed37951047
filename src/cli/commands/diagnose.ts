import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnosis } from '../../diagnose/model.ts';
import { runDiagnosis } from '../../session/diagnosis.ts';
import { writeWhole } from '../../session/write-whole.ts';
import { exitStatus } from '../../util/errors.ts';
import { diagnoseCapture } from '../capture-problems.ts';
import { diagnosisMarkdown } from '../diagnose-markdown.ts';
import { diagnosisLines } from '../diagnose-text.ts';
import { usageError } from '../errors.ts';
import {
  addOutputOptions,
  type CaptureOptions,
  collect,
  colorOption,
  dockerHostOption,
  interfaceOption,
  positiveNumber,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { version } from '../version.ts';
import { watchProblems } from '../watch-problems.ts';

interface DiagnoseOptions extends CaptureOptions {
  readonly watch?: boolean;
  readonly filter?: string;
  readonly ndjson?: boolean;
  readonly passive?: boolean;
  readonly wait: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: string;
}

export function diagnoseCommand(program: Command): void {
  const command = program
    .command('diagnose')
    .summary('why FROM cannot reach TO, with proof and the fix; the problems of a capture')
    .description(
      'Says why FROM cannot reach TO. FROM: a container, a namespace, host or external:ADDRESS. TO: a container, a namespace, a name or an address, with :PORT or :PORT/udp. With -r and without both: the problems of a capture.',
    )
    .argument('[from]')
    .argument('[to]')
    .option('--passive', 'opens no connection and sends nothing: the state of the host alone')
    .addOption(
      new Option('--wait <seconds>', 'how long to watch the traffic of external:ADDRESS')
        .argParser(seconds)
        .default(5),
    )
    .addOption(
      new Option(
        '-r, --read <file>',
        'host state of a recording or a snapshot; packets of a capture',
      ).argParser(collect),
    )
    .addOption(
      new Option(
        '--watch',
        'print the problems in live traffic as they appear (of FROM, to TO), until --duration or Ctrl-C; nothing is sent',
      ).conflicts(['json', 'markdown', 'html']),
    )
    .addOption(interfaceOption())
    .addOption(new Option('-f, --filter <bpf>', 'watch: capture only what matches, in the syntax of tcpdump'))
    .addOption(
      new Option('--duration <seconds>', 'watch: stop after this many seconds').argParser(positiveNumber),
    )
    .addOption(new Option('--markdown', 'to paste in a ticket').conflicts('json'))
    .option(
      '--html <file>',
      'also writes one page that explains it, to look at in a browser; - for standard output',
    )
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json', 'ndjson']).action(run);
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Give a number of seconds.');
  return value;
}

async function run(
  from: string | undefined,
  to: string | undefined,
  options: DiagnoseOptions,
): Promise<void> {
  if (options.watch === true) return watchProblems(from, to, options);
  for (const name of ['interface', 'filter', 'duration', 'ndjson'] as const) {
    if (options[name] !== undefined) {
      throw usageError('diagnose', `--${name} is for --watch`, `leave it out, or add --watch`);
    }
  }
  if (from === undefined && options.read !== undefined && options.html === undefined)
    return diagnoseCapture(options.read, options);
  if (from === undefined || to === undefined) {
    throw usageError(
      'diagnose',
      'FROM or TO is missing',
      options.html === undefined
        ? 'write `netscope diagnose web db:3306`, or -r FILE for a capture'
        : 'a page is about two ends: write `netscope diagnose web db:3306 --html FILE`',
    );
  }
  const diagnosis = await runDiagnosis({
    from,
    to,
    passive: options.passive === true,
    wait: options.wait,
    ...(options.read === undefined ? {} : { read: options.read }),
    ...(options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost }),
  });
  await show(diagnosis, options);
  if (diagnosis.findings.some(({ severity }) => severity === 'blocker'))
    process.exitCode = exitStatus.blocked;
}

async function show(diagnosis: Diagnosis, options: DiagnoseOptions): Promise<void> {
  if (options.html === undefined) return print(diagnosis, options);
  const { diagnosisPage } = await import('../report/page.ts');
  const page = diagnosisPage(diagnosis, version);
  if (options.html === '-') {
    const output = new Output();
    await output.write(page);
    return output.flush();
  }
  writeWhole(options.html, page);
  return print(diagnosis, options);
}

async function print(diagnosis: Diagnosis, options: DiagnoseOptions): Promise<void> {
  const output = new Output();
  if (options.json === true) return output.json(diagnosis);
  const paint = createPaint(wantsColor(options.color));
  const lines = options.markdown === true ? diagnosisMarkdown(diagnosis) : diagnosisLines(diagnosis, paint);
  for (const line of lines) await output.line(line);
  await output.flush();
}
