/** What becomes of a packet in a namespace: the rules' answer, with every outcome where they alone do not decide. */
import type { RuleReference, Translation } from '../flow/model.ts';
import type { NamespaceState } from '../snapshot/schema.ts';
import { formatAddress, formatEnd, type Words } from './address.ts';
import { compileTables } from './evaluation/compile.ts';
import { Decisions, Explored } from './evaluation/decisions.ts';
import { stagesOf } from './evaluation/hook.ts';
import { NamespaceView } from './evaluation/namespace.ts';
import { type Ending, runPipeline, type Stages } from './evaluation/pipeline.ts';
import type { BaseChain, ProgramChain, ProgramRule } from './evaluation/program.ts';
import { type Change, type Hit, Run } from './evaluation/run.ts';
import { needsTracking } from './evaluation/tracking.ts';
import {
  type Evaluation,
  type EvaluationStep,
  type EvaluationVerdict,
  evaluationSchemaName,
  type Hook,
  type Outcome,
  type PacketEnds,
} from './model.ts';
import { compileNftTable } from './nftables/compile.ts';
import { isNftTable, type RuleTable } from './nftables/table.ts';
import type { Packet, Quoted } from './packet.ts';
import type { PacketSpec } from './packet-spec.ts';

export interface EvaluationRequest {
  readonly packet: PacketSpec;
  /** The interface that it comes in by; null when the namespace sends it. */
  readonly in: string | null;
}

/** One way that the packet may go. */
export interface Walk {
  readonly verdict: EvaluationVerdict;
  readonly why: string;
  readonly packet: Packet;
  readonly out: string | null;
  readonly hits: readonly Hit[];
  readonly changes: readonly Change[];
  /** The base chain whose policy dropped the packet, where no rule did. */
  readonly droppedByPolicyOf: ProgramChain | null;
  /** Rules that may have matched too, and change nothing. */
  readonly maybe: readonly ProgramRule[];
  /** The choices that lead here; empty where there were none. */
  readonly when: string;
}

export interface WalkResult {
  readonly walks: readonly Walk[];
  readonly steps: readonly EvaluationStep[];
  readonly unknown: readonly string[];
}

export interface WalkOptions {
  /** Records every rule that was tried; off, chains may be walked by their index. */
  readonly steps?: boolean;
  /** Tells ways apart that differ only in the rules that matched. */
  readonly everyPath?: boolean;
}

const hooks: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];

/** A namespace and its rules made ready: build it once, evaluate many packets. */
export interface Evaluator {
  readonly view: NamespaceView;
  /** The name that people know the namespace by. */
  readonly name: string;
  walk(request: EvaluationRequest, options?: WalkOptions): WalkResult;
  evaluate(request: EvaluationRequest): Evaluation;
}

function stagesFor(bases: readonly BaseChain[], family: 'ip' | 'ip6', state: NamespaceState): Stages {
  const own = bases.filter((base) => base.chain.table.family === family);
  // Entries are proof that something tracks, though no rule of the dumps does (IPVS, Open vSwitch).
  const tracked = needsTracking(own) || state.conntrack.some((entry) => entry.family === family);
  const at = (hook: Hook) =>
    stagesOf(
      hook,
      own.filter((base) => base.hook === hook),
      tracked,
    );
  const [prerouting, input, forward, output, postrouting] = hooks.map(at);
  const none = stagesOf('forward', [], tracked);
  return {
    prerouting: prerouting ?? none,
    input: input ?? none,
    forward: forward ?? none,
    output: output ?? none,
    postrouting: postrouting ?? none,
  };
}

function quotedOf(spec: PacketSpec): Quoted {
  const { protocol, source, destination, sourcePort, destinationPort, icmpType, icmpCode, icmpId } = spec;
  return { protocol, source, destination, sourcePort, destinationPort, icmpType, icmpCode, icmpId };
}

function packetOf(spec: PacketSpec): Packet {
  return {
    family: spec.family,
    protocol: spec.protocol,
    source: spec.source,
    destination: spec.destination,
    sourcePort: spec.sourcePort,
    destinationPort: spec.destinationPort,
    icmpType: spec.icmpType,
    icmpCode: spec.icmpCode,
    icmpId: spec.icmpId,
    quoted: spec.quoted === undefined ? null : quotedOf(spec.quoted),
    tcpFlags: spec.tcpFlags,
    length: spec.length,
    ttl: spec.ttl,
    tos: spec.tos,
    mark: spec.mark,
    in: '',
    out: '',
    bridge: null,
    tracking: { kind: 'none' },
  };
}

function shownEnd(words: Words, port: number): string {
  return port === -1 ? formatAddress(words) : formatEnd(words, port);
}

function packetEnds(packet: Packet): PacketEnds {
  return {
    source: shownEnd(packet.source, packet.sourcePort),
    destination: shownEnd(packet.destination, packet.destinationPort),
  };
}

/** The rule as the contract's RULE. */
export function ruleReference(
  rule: ProgramRule,
  namespace: string,
  evidence: RuleReference['evidence'],
): RuleReference {
  const { table } = rule.chain;
  return {
    namespace,
    backend: table.backend,
    family: table.family,
    table: table.name,
    chain: rule.chain.name,
    position: rule.rule.position,
    text: rule.rule.text,
    target: rule.rule.target ?? '',
    evidence,
    counter: rule.rule.counter,
  };
}

/** `address:port`; a port that the kernel picks is shown as its range. */
function changeTo(change: Change): string {
  const { address, port, ports } = change.to;
  if (ports === null || port === null) return formatEnd(address, port);
  return formatEnd(address, port).replace(/\d+$/, `${ports[0]}-${ports[1]}`);
}

export function translationOf(change: Change, namespace: string): Translation {
  return {
    kind: change.kind,
    from: formatEnd(change.from.address, change.from.port),
    to: changeTo(change),
    rule: change.rule === null ? null : ruleReference(change.rule, namespace, 'evaluated'),
  };
}

function walkOf(run: Run, ending: Ending): Walk {
  return {
    ...ending,
    packet: run.packet,
    hits: run.hits,
    changes: run.changes,
    droppedByPolicyOf: run.droppedByPolicyOf,
    maybe: run.maybe,
    when: run.decisions.when,
  };
}

/** Runs that came to the same end count once. */
function sameEnd(a: Walk, b: Walk): boolean {
  return (
    a.verdict === b.verdict &&
    a.out === b.out &&
    a.changes.length === b.changes.length &&
    a.changes.every((change, index) => {
      const other = b.changes[index];
      return other !== undefined && changeTo(change) === changeTo(other) && change.rule === other.rule;
    })
  );
}

/**
 * The base chains of all backends. Where hook and priority are the same, the chain that was hooked in last runs first
 * (nf_hook_entries_grow): tables come in the order in which they were made.
 */
function basesOf(tables: readonly RuleTable[]): readonly BaseChain[] {
  return tables
    .toReversed()
    .flatMap((table) => (isNftTable(table) ? compileNftTable(table) : compileTables([table])));
}

export function createEvaluator(
  state: NamespaceState,
  tables: readonly RuleTable[],
  name: string,
): Evaluator {
  const view = new NamespaceView(state);
  const bases = basesOf(tables);
  const stages: Readonly<Record<'ip' | 'ip6', Stages>> = {
    ip: stagesFor(bases, 'ip', state),
    ip6: stagesFor(bases, 'ip6', state),
  };

  function walk(request: EvaluationRequest, options: WalkOptions = {}): WalkResult {
    const decisions = new Decisions(options.everyPath);
    const walks: Walk[] = [];
    const steps: EvaluationStep[] = [];
    const start = { in: request.in, state: request.packet.state };
    do {
      decisions.begin();
      const run = new Run(view, packetOf(request.packet), decisions, options.steps === true);
      try {
        const ending = runPipeline(run, stages[request.packet.family], start);
        walks.push(walkOf(run, ending));
      } catch (error) {
        if (!(error instanceof Explored)) throw error;
      }
      if (run.steps !== null) steps.push(...run.steps.slice(decisions.replayedSteps));
    } while (decisions.another());
    return { walks, steps, unknown: [...decisions.reasons] };
  }

  function evaluate(request: EvaluationRequest): Evaluation {
    const { walks, steps, unknown } = walk(request, { steps: true });
    const different = walks.filter((one, index) => walks.findIndex((other) => sameEnd(one, other)) === index);
    const [first] = walks;
    const verdicts = new Set(walks.map((one) => one.verdict));
    const verdict = verdicts.size === 1 && first !== undefined ? first.verdict : 'unknown';
    const outcomes: Outcome[] = different.map((one) => ({
      verdict: one.verdict,
      packet: packetEnds(one.packet),
      out: one.out,
      translations: one.changes.map((change) => translationOf(change, name)),
      when: one.when,
    }));
    return {
      schema: evaluationSchemaName,
      verdict,
      why:
        verdict === 'unknown' && verdicts.size > 1 ? `it depends: ${unknown.join('; ')}` : (first?.why ?? ''),
      packet: first === undefined ? { source: '', destination: '' } : packetEnds(first.packet),
      out: first?.out ?? null,
      steps,
      translations: outcomes[0]?.translations ?? [],
      outcomes,
      unknown,
    };
  }

  return { view, name, walk, evaluate };
}
