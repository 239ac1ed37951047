/** The rules of one base chain, as the kernel goes through them (nf_tables_core.c, ip_tables.c). */
import type { Effect } from '../extension.ts';
import { isUnknown } from '../values.ts';
import { type BaseChain, nextPosition, type ProgramChain, type ProgramRule } from './program.ts';
import type { Run } from './run.ts';

/** What a base chain leaves a packet with; a nat target comes back to be carried out. */
export type ChainResult =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly why: string }
  | { readonly kind: 'reject'; readonly why: string }
  | { readonly kind: 'queue'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  /** Not a rule: the packet could not be routed again. */
  | { readonly kind: 'discarded'; readonly why: string }
  | { readonly kind: 'nat'; readonly rule: ProgramRule; readonly effect: Extract<Effect, { kind: 'nat' }> };

const accepted: ChainResult = { kind: 'accept' };

/** Rules that one packet may try in one base chain: a loop that the kernel would refuse ends here. */
const stepLimit = 1_000_000;

interface Frame {
  readonly chain: ProgramChain;
  readonly position: number;
}

function record(run: Run, rule: ProgramRule, result: 'match' | 'no-match' | 'unknown', why: string): void {
  run.steps?.push({
    hook: run.hook,
    table: rule.chain.table.name,
    chain: rule.chain.name,
    position: rule.rule.position,
    text: rule.rule.text,
    target: rule.rule.target ?? '',
    result,
    why,
  });
}

/** Whether the packet matches, once an unknown was decided one way. */
function matched(run: Run, rule: ProgramRule, frames: readonly Frame[]): boolean {
  const answer = rule.test(run.packet, run);
  if (!isUnknown(answer)) {
    if (run.steps !== null) {
      record(run, rule, answer ? 'match' : 'no-match', answer ? '' : rule.explain(run.packet, run));
    }
    return answer;
  }
  record(run, rule, 'unknown', answer.unknown);
  if (rule.inert) {
    run.decisions.reasons.add(answer.unknown);
    run.maybe.push(rule);
    return false;
  }
  run.place = placeOf(rule, frames);
  return run.decide(answer.unknown, answer.key) !== (answer.inverted === true);
}

function placeOf({ chain, rule }: ProgramRule, frames: readonly Frame[]): string {
  const stack = frames.map((frame) => `${frame.chain.name}:${frame.position}`).join('>');
  return `${chain.table.backend} ${chain.table.family} ${chain.table.name} ${stack}>${chain.name}:${rule.position}`;
}

function describeRule(rule: ProgramRule): string {
  return `rule ${rule.rule.position} of ${rule.chain.table.name} ${rule.chain.name}`;
}

/** Whether the packet came in by one of the chain's devices, as itself or as the bridge of one. */
function arrivedBy(run: Run, chain: ProgramChain, devices: readonly string[]): boolean {
  const { packet } = run;
  if (devices.length > 0) {
    return devices.includes(packet.in) || (packet.bridge !== null && devices.includes(packet.bridge.inPort));
  }
  // nft 1.0.6 leaves the device out of its JSON.
  const why = `whether ${chain.table.name} ${chain.name} hangs on ${packet.in}`;
  run.place = why;
  return run.pick(why, [`${why}: yes`, `${why}: no`]) === 0;
}

/** Runs a base chain. Rules that matched are in `run.hits`. */
export function walkChain(run: Run, base: BaseChain): ChainResult {
  if (base.devices !== undefined && !arrivedBy(run, base.chain, base.devices)) return accepted;
  const frames: Frame[] = [];
  let chain = base.chain;
  let position = 0;
  for (let count = 0; count < stepLimit; count++) {
    // With steps wanted, rules that the index passes over are tried all the same, to say why they did not match.
    if (run.steps === null) position = nextPosition(chain, position, run.packet);
    const rule = position === -1 ? undefined : chain.rules[position];
    if (rule === undefined) {
      const frame = frames.pop();
      if (frame === undefined) return policy(run, base);
      ({ chain, position } = frame);
      continue;
    }
    position++;
    if (!matched(run, rule, frames)) {
      if (rule.missed !== undefined) {
        run.place = `${placeOf(rule, frames)} missed`;
        rule.missed(run.packet, run);
      }
      continue;
    }
    if (rule.chooses === true) run.place = `${placeOf(rule, frames)} act`;
    const effect = rule.act(run.packet, run);
    run.hits.push({ rule, hook: run.hook, effect: effect.kind });
    switch (effect.kind) {
      case 'continue':
        continue;
      case 'accept':
        return accepted;
      case 'drop':
        return { kind: 'drop', why: `DROP by ${describeRule(rule)}` };
      case 'reject':
        return { kind: 'reject', why: `REJECT with ${effect.answer} by ${describeRule(rule)}` };
      case 'queue':
        return { kind: 'queue', why: `${effect.to} of ${describeRule(rule)}` };
      case 'unknown':
        return { kind: 'unknown', why: effect.why };
      case 'nat':
        return { kind: 'nat', rule, effect };
      case 'return': {
        const frame = frames.pop();
        if (frame === undefined) return policy(run, base);
        ({ chain, position } = frame);
        continue;
      }
      case 'jump':
      case 'goto': {
        const next = chain.table.chains.get(effect.chain);
        if (next === undefined) return { kind: 'unknown', why: `chain ${effect.chain} is not in the dump` };
        // A goto leaves nothing to come back to: its chain ends where the caller of this one goes on.
        if (effect.kind === 'jump') frames.push({ chain, position });
        chain = next;
        position = 0;
        continue;
      }
    }
  }
  return { kind: 'unknown', why: `the chains of table ${chain.table.name} do not end` };
}

function policy(run: Run, base: BaseChain): ChainResult {
  if (base.policy === 'accept') return accepted;
  const { chain } = base;
  run.droppedByPolicyOf = chain;
  return { kind: 'drop', why: `policy DROP of ${chain.table.name} ${chain.name}` };
}
