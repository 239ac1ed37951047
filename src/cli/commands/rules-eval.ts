import { type Command, Option } from 'commander';
import { createEvaluator } from '../../netfilter/evaluate.ts';
import type { Evaluation } from '../../netfilter/model.ts';
import { parsePacketSpec } from '../../netfilter/packet-spec.ts';
import { RulesetCache } from '../../netfilter/rulesets.ts';
import { addRules, parseRulesFile } from '../../session/given-rules.ts';
import { bareSnapshot, type HostState, hostStateOf, loadHostState } from '../../session/host-state.ts';
import { parseGivenAddress, parseGivenRoute, withGiven } from '../../session/made-up-host.ts';
import type { NamespaceState } from '../../snapshot/schema.ts';
import { printable } from '../../util/printable.ts';
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
import { createPaint, type Paint } from '../paint.ts';

interface EvalOptions {
  readonly packet: string;
  readonly in?: string;
  readonly namespace: string;
  readonly read?: readonly string[];
  readonly rules?: readonly string[];
  readonly local?: readonly string[];
  readonly route?: readonly string[];
  readonly dockerHost?: string;
  readonly color?: ColorChoice;
  readonly json?: boolean;
}

export function rulesEvalCommand(rules: Command): void {
  const command = rules
    .command('eval')
    .description('Walks one packet through the rules of a namespace, of this host, -r or --rules.')
    .requiredOption(
      '--packet <spec>',
      'PROTO SRC[:PORT] > DST[:PORT] [flags SYN,ACK] [icmp TYPE/CODE] [mark N] [state new|established|related|invalid|untracked] [length N] [ttl N]',
    )
    .option('--in <iface>', 'the interface that it comes in by; without it, the namespace sends it')
    .option('--namespace <ns>', 'namespace whose rules it meets', 'host')
    .option('-r, --read <file>', 'rules and host state of a recording or a snapshot', (file: string) => [
      file,
    ])
    .addOption(
      new Option(
        '--rules <[ns=]file>',
        'rules of an iptables-save, ip6tables-save or nft dump; repeatable',
      ).argParser(collect),
    )
    .addOption(
      new Option('--local <address>', 'an address of the host that a bare dump lacks; repeatable').argParser(
        collect,
      ),
    )
    .addOption(
      new Option('--route <prefix=iface>', 'a route that a bare dump lacks; repeatable').argParser(collect),
    )
    .addOption(dockerHostOption())
    .addOption(colorOption());
  addOutputOptions(command, ['json']).action(evaluateRules);
}

async function evaluateRules(options: EvalOptions): Promise<void> {
  const packet = parsePacketSpec(options.packet);
  const namespace = namespaceOf(await stateOf(options), options);
  const evaluator = createEvaluator(namespace, new RulesetCache().tables(namespace), options.namespace);
  const evaluation = evaluator.evaluate({ packet, in: options.in ?? null });
  const output = new Output();
  if (options.json === true) {
    await output.json(evaluation);
    return;
  }
  for (const line of evaluationLines(evaluation, createPaint(wantsColor(options.color))))
    await output.line(line);
  await output.flush();
}

/** With --rules and no -r the dump is all there is: this host's own state has nothing to do with it. */
async function stateOf(options: EvalOptions): Promise<HostState> {
  const files = (options.rules ?? []).map(parseRulesFile);
  if (files.length > 0 && options.read === undefined) {
    return hostStateOf(addRules(bareSnapshot(new Date().toISOString()), files));
  }
  const state = await loadHostState(options);
  return files.length === 0 ? state : hostStateOf(addRules(state.snapshot, files));
}

function namespaceOf(state: HostState, options: EvalOptions): NamespaceState {
  const wanted = state.lookup.namespaceByName(options.namespace);
  const namespace = state.snapshot.namespaces.find(({ id }) => id === wanted?.id);
  if (namespace === undefined) {
    const names = state.topology.namespaces.map(({ name }) => name).join(', ');
    throw usageError(
      `evaluate in the namespace "${options.namespace}"`,
      'there is none of that name',
      `choose one of: ${names}`,
    );
  }
  const locals = (options.local ?? []).map(parseGivenAddress);
  const routes = (options.route ?? []).map(parseGivenRoute);
  // On a real host nothing is made up unless it is asked for.
  const isBare = namespace.links.length === 0;
  if (!isBare && locals.length === 0 && routes.length === 0) return namespace;
  return withGiven(namespace, locals, routes, options.in === undefined ? [] : [options.in]);
}

function* evaluationLines(evaluation: Evaluation, paint: Paint): Generator<string> {
  let place = '';
  for (const step of evaluation.steps) {
    const here = `${step.hook}  ${step.table}  ${step.chain}`;
    if (here !== place) yield paint.bold(printable(here));
    place = here;
    const mark =
      step.result === 'match'
        ? paint.good('match   ')
        : step.result === 'unknown'
          ? paint.warn('unknown ')
          : 'no      ';
    const why = step.why === '' ? '' : paint.dim(`  (${printable(step.why)})`);
    yield `  ${mark} ${String(step.position).padStart(3)}  ${printable(step.text)}${why}`;
  }
  for (const { kind, from, to } of evaluation.translations) yield `${kind}  ${from} -> ${to}`;
  const verdict =
    evaluation.verdict === 'accept' ? paint.good : evaluation.verdict === 'unknown' ? paint.warn : paint.bad;
  const out = evaluation.out === null ? '' : ` out ${printable(evaluation.out)}`;
  const why = evaluation.why === '' ? '' : `: ${printable(evaluation.why)}`;
  yield `${verdict(evaluation.verdict)}${out}  ${evaluation.packet.source} > ${evaluation.packet.destination}${why}`;
  if (evaluation.outcomes.length > 1) {
    for (const outcome of evaluation.outcomes) {
      yield `  ${outcome.verdict} when ${printable(outcome.when)}: ${outcome.packet.source} > ${outcome.packet.destination}`;
    }
  }
}
