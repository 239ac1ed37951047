import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Diagnosis } from '../../diagnose/model.ts';
import { listProblems, problemsSchemaName } from '../../session/capture-problems.ts';
import { runDiagnosis } from '../../session/diagnosis.ts';
import { writeWhole } from '../../session/write-whole.ts';
import { exitStatus } from '../../util/errors.ts';
import { printable } from '../../util/printable.ts';
import { diagnosisMarkdown } from '../diagnose-markdown.ts';
import { diagnosisLines } from '../diagnose-text.ts';
import { usageError } from '../errors.ts';
import {
  addOutputOptions,
  type ColorChoice,
  collect,
  colorOption,
  dockerHostOption,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';
import { createPaint } from '../paint.ts';
import { version } from '../version.ts';

interface DiagnoseOptions {
  readonly passive?: boolean;
  readonly wait: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: string;
  readonly read?: readonly string[];
  readonly dockerHost?: string;
  readonly color?: ColorChoice;
}

export function diagnoseCommand(program: Command): void {
  const command = program
    .command('diagnose')
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
    .addOption(new Option('--markdown', 'to paste in a ticket').conflicts('json'))
    .option(
      '--html <file>',
      'also writes one page that explains it, to look at in a browser; - for standard output',
    )
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json']).action(run);
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
  if (from === undefined && options.read !== undefined && options.html === undefined)
    return captureProblems(options.read, options);
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

async function captureProblems(files: readonly string[], options: DiagnoseOptions): Promise<void> {
  const { problems, warnings } = await listProblems(files);
  const output = new Output();
  if (options.json === true) {
    await output.json({ schema: problemsSchemaName, source: { files, warnings }, problems });
    return;
  }
  for (const warning of warnings) process.stderr.write(`netscope: ${printable(warning)}\n`);
  if (problems.length === 0) await output.line('No problem was found in the connections of this capture.');
  for (const [at, { problem, source, destination, connections, firstSeen, lastSeen }] of problems.entries()) {
    const count = connections.length === 1 ? '' : ` (${connections.length} connections)`;
    const mark = options.markdown === true ? '- ' : `${at + 1}. `;
    await output.line(printable(`${mark}${source} to ${destination}${count}: ${problem}`));
    await output.line(`   ${firstSeen} to ${lastSeen}`);
  }
  await output.flush();
}
