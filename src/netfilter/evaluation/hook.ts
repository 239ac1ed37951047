/** One hook: its base chains and connection tracking in the order of their priorities. */

import { equalWords, formatAddress } from '../address.ts';
import { conntrackPriority, natPriority } from '../hooks.ts';
import type { Hook } from '../model.ts';
import { isIcmpError, replyTuple, type Tracking, type Tuple, tupleOfPacket } from '../packet.ts';
import {
  classify,
  fateIn,
  findQuoted,
  hasImpossibleFlags,
  icmpKey,
  knownOnlyByState,
  newConnection,
  relatedTo,
  trackingOf,
  tupleKey,
} from './conntrack.ts';
import { natStage } from './nat.ts';
import type { BaseChain } from './program.ts';
import type { Run } from './run.ts';
import { type ChainResult, walkChain } from './walk.ts';

const accepted: ChainResult = { kind: 'accept' };

/** Fills in the connection where the packet has none yet. */
function track(run: Run): void {
  const { packet, state } = run;
  if (packet.tracking.kind !== 'none') return;
  const original = tupleOfPacket(packet);
  if (state === 'invalid' || state === 'untracked') {
    packet.tracking = { kind: state };
  } else if (state === 'new') {
    packet.tracking = newConnection(original, replyTuple(original, packet.protocol), packet.protocol);
  } else {
    const entry = entryOf(run);
    if (state === null) packet.tracking = entry ?? fresh(run, original);
    else packet.tracking = entry?.kind === 'tracked' ? entry : knownOnlyByState(state, packet);
  }
}

function fresh({ packet }: Run, original: Tuple): Tracking {
  const kind = classify(packet);
  return kind === 'new'
    ? newConnection(original, replyTuple(original, packet.protocol), packet.protocol)
    : { kind };
}

/** An ICMP error belongs to the connection of the packet that it quotes, and to none if it is not for its sender. */
function entryOfError(run: Run): Tracking {
  const { packet, view } = run;
  const { quoted } = packet;
  if (quoted === null) {
    const why = 'which packet the ICMP error quotes';
    run.decisions.reasons.add(why);
    return run.choose([`${why}: one of a connection`, `${why}: one of no connection`]) === 0
      ? knownOnlyByState('related', packet)
      : { kind: 'invalid' };
  }
  const found = findQuoted(view.conntrack, quoted);
  if (found === null) return { kind: 'invalid' };
  const tracking = relatedTo(found, packet);
  const expected = tracking.direction === 'original' ? tracking.original : tracking.reply;
  return expected !== null && equalWords(expected.destination, packet.destination)
    ? tracking
    : { kind: 'invalid' };
}

function entryOf(run: Run): Tracking | null {
  const { packet, view } = run;
  if (isIcmpError(packet) && (packet.quoted !== null || run.state === null)) return entryOfError(run);
  if (view.conntrack.size === 0 || hasImpossibleFlags(packet)) return null;
  const source = formatAddress(packet.source);
  const destination = formatAddress(packet.destination);
  const key =
    packet.icmpType === -1
      ? tupleKey(packet.protocol, source, destination, packet.sourcePort, packet.destinationPort)
      : icmpKey(packet.protocol, source, destination, packet.icmpType, packet.icmpCode, packet.icmpId);
  const found = view.conntrack.find(key);
  if (found === null) return null;
  switch (fateIn(found, packet)) {
    case 'belongs':
      return trackingOf(found, packet);
    case 'invalid':
      return { kind: 'invalid' };
    case 'reopens':
      run.replaced = found.entry;
      return null;
    case 'maybe-reopens': {
      const why = 'whether the side that starts again had closed the connection';
      run.decisions.reasons.add(why);
      if (run.choose([`${why}: yes`, `${why}: no`]) === 1) return trackingOf(found, packet);
      run.replaced = found.entry;
      return null;
    }
  }
}

/** What happens on a hook at one priority. */
type Stage =
  | { readonly kind: 'chain'; readonly priority: number; readonly base: BaseChain }
  | { readonly kind: 'conntrack'; readonly priority: number }
  | { readonly kind: 'nat'; readonly priority: number; readonly chains: readonly BaseChain[] };

/** @param tracked whether connections are tracked in this namespace. */
export function stagesOf(hook: Hook, bases: readonly BaseChain[], tracked: boolean): readonly Stage[] {
  const stages: Stage[] = bases
    .filter((base) => !base.nat)
    .map((base) => ({ kind: 'chain', priority: base.priority, base }));
  if (tracked && (hook === 'prerouting' || hook === 'output'))
    stages.push({ kind: 'conntrack', priority: conntrackPriority });
  // Nat chains of every backend hang on one hook of nat's own, ordered among themselves.
  if (hook !== 'forward') {
    const chains = bases.filter((base) => base.nat).toSorted((a, b) => a.priority - b.priority);
    stages.push({ kind: 'nat', priority: natPriority(hook), chains });
  }
  return stages.toSorted((a, b) => a.priority - b.priority);
}

/** Runs every stage of a hook until one does not let the packet go on. */
export function runHook(run: Run, hook: Hook, stages: readonly Stage[]): ChainResult {
  run.hook = hook;
  for (const stage of stages) {
    if (stage.kind === 'conntrack') {
      track(run);
      continue;
    }
    const result = reroutes(stage, hook) ? runRerouting(run, stage) : runStage(run, stage);
    if (result.kind === 'queue') {
      run.decisions.reasons.add(`${result.why}: a program decides`);
      if (run.choose([`${result.why}: accepted`, `${result.why}: dropped`]) === 1) {
        return { kind: 'drop', why: `dropped by the program behind ${result.why}` };
      }
      continue;
    }
    if (result.kind !== 'accept') return result;
  }
  return accepted;
}

type ChainStage = Exclude<Stage, { kind: 'conntrack' }>;

function runStage(run: Run, stage: ChainStage): ChainResult {
  return stage.kind === 'nat' ? natStage(run, stage.chains) : walkChain(run, stage.base);
}

function reroutes(stage: ChainStage, hook: Hook): boolean {
  return hook === 'output' && (stage.kind === 'nat' || stage.base.reroutes);
}

/**
 * A stage of OUTPUT after which the kernel routes again (ip_route_me_harder): nat when it changed the destination
 * address, mangle when mark, TOS or an address differ, and for IPv6 the hop limit. A packet without a new route ends here.
 */
function runRerouting(run: Run, stage: ChainStage): ChainResult {
  const { packet } = run;
  const nat = stage.kind === 'nat';
  const look = () =>
    [
      formatAddress(packet.destination),
      ...(nat
        ? []
        : [
            formatAddress(packet.source),
            packet.mark,
            packet.tos,
            packet.family === 'ip6' ? packet.ttl : null,
          ]),
    ].join(' ');
  const before = look();
  const result = runStage(run, stage);
  if (result.kind !== 'accept' || look() === before) return result;
  return run.routeAgain() ?? accepted;
}
