import type { Command } from 'commander';
import { Option } from 'commander';
import { loadHostState } from '../../session/host-state.ts';
import { openTrace, planTrace, type TracedPacket } from '../../session/trace.ts';
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { printable } from '../../util/printable.ts';
import {
  addOutputOptions,
  type ColorChoice,
  colorOption,
  dockerHostOption,
  positiveInteger,
  positiveNumber,
  wantsColor,
} from '../options.ts';
import { Output } from '../output.ts';
import { createPaint, type Paint } from '../paint.ts';
import { finishOnSignal } from '../session.ts';

interface TraceCommandOptions {
  readonly namespace: string;
  readonly count?: number;
  readonly duration?: number;
  readonly dockerHost?: string;
  readonly color?: ColorChoice;
  readonly json?: boolean;
  readonly ndjson?: boolean;
}

export function traceCommand(program: Command): void {
  const command = program
    .command('trace [bpf...]')
    .summary('ask the kernel which rules the matching packets meet (changes the host while it runs)')
    .description(
      'Asks the kernel which rules the matching packets meet. While it runs, one nftables table of its own marks them; the kernel removes it when netscope ends, however it ends. The filter may use hosts, networks, ports and protocols.',
    )
    .option('--namespace <ns>', 'namespace or container whose rules are traced', 'host')
    .addOption(new Option('-c, --count <count>', 'stop after this many packets').argParser(positiveInteger))
    .addOption(new Option('--duration <seconds>', 'stop after this many seconds').argParser(positiveNumber))
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json', 'ndjson']).action(trace);
}

async function trace(bpf: readonly string[], options: TraceCommandOptions): Promise<void> {
  const host = await loadHostState(options);
  const request = { namespace: options.namespace, filter: bpf.join(' ') };
  const plan = planTrace(host, request);
  process.stderr.write(
    `netscope: while tracing, ${options.namespace} has this nftables table, which goes when netscope ends:\n`,
  );
  for (const line of plan.commands) process.stderr.write(`netscope:   nft ${line}\n`);
  for (const warning of plan.warnings) process.stderr.write(`netscope: ${warning}\n`);

  const output = new Output();
  const paint = createPaint(wantsColor(options.color));
  const packets: TracedPacket[] = [];
  let seen = 0;
  let failure: string | null = null;
  let writing = Promise.resolve();
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const tracer = await openTrace(host, {
    ...request,
    onPacket: (packet) => {
      if (seen === options.count) return;
      seen++;
      if (options.json === true) packets.push(packet);
      else writing = writing.then(() => print(output, packet, options.ndjson === true, paint));
      if (seen === options.count) end();
    },
    onEnd: (why) => {
      failure = why;
      end();
    },
  });
  const timer = options.duration === undefined ? null : setTimeout(end, options.duration * 1000);
  try {
    await finishOnSignal({ ended, stop: async () => end() });
  } finally {
    if (timer !== null) clearTimeout(timer);
    await tracer.stop();
  }
  await writing;
  if (options.json === true)
    await output.json({ schema: 'netscope.trace/1', overruns: tracer.overruns(), packets });
  await output.flush();
  if (tracer.overruns() > 0)
    process.stderr.write('netscope: the kernel threw trace events away: narrow the filter\n');
  if (failure !== null) {
    throw new NetscopeError({
      tried: 'go on tracing',
      why: failure,
      todo: 'start it again',
      status: exitStatus.missing,
    });
  }
}

async function print(output: Output, packet: TracedPacket, asJson: boolean, paint: Paint): Promise<void> {
  if (asJson) await output.line(JSON.stringify(packet));
  else for (const line of packetLines(packet, paint)) await output.line(line);
  await output.flush();
}

function* packetLines(packet: TracedPacket, paint: Paint): Generator<string> {
  const verdict =
    packet.verdict === 'drop' ? paint.bad : packet.verdict === 'accept' ? paint.good : paint.warn;
  const by = [
    packet.in === null ? '' : `in ${packet.in}`,
    packet.out === null ? '' : `out ${packet.out}`,
  ].filter((part) => part !== '');
  yield printable(`${packet.time} ${packet.source} > ${packet.destination}  ${by.join(' ')}`) +
    `  ${verdict(packet.verdict)}`;
  for (const { rule, verdict: did, place } of packet.steps) {
    if (rule === null) yield paint.dim(printable(`    ${place}: ${did}`));
    else
      yield printable(`    ${rule.table} ${rule.chain} ${rule.position}: ${rule.text}  `) +
        paint.dim(`(${did})`);
  }
}
