/**
 * Rules made ready to run. Whatever a ruleset was written in, it comes down to base chains on hooks whose rules
 * test a packet and act on it; this is what the evaluation walks.
 */

import type { RulesBackend } from '../../snapshot/schema.ts';
import type { Family } from '../address.ts';
import type { Answer, Effect, Environment } from '../extension.ts';
import type { Hook, Rule } from '../model.ts';
import type { Packet } from '../packet.ts';

export interface ProgramTable {
  readonly backend: RulesBackend;
  readonly family: Family;
  readonly name: string;
  readonly chains: ReadonlyMap<string, ProgramChain>;
}

export interface ProgramChain {
  readonly name: string;
  readonly table: ProgramTable;
  readonly rules: readonly ProgramRule[];
  /** Positions (from 0) of the rules that a packet could match; null where all must be tried. */
  readonly index: RuleIndex | null;
}

export interface ProgramRule {
  readonly chain: ProgramChain;
  readonly rule: Rule;
  /** True when nothing depends on whether it matched. */
  readonly inert: boolean;
  test(packet: Packet, environment: Environment): Answer;
  explain(packet: Packet, environment: Environment): string;
  act(packet: Packet, environment: Environment): Effect;
  /** Its act may have several ways to go ({@link Environment.pick}). */
  readonly chooses?: boolean;
  /** For rules that write before they ask: carries out what was written although it did not match. */
  missed?(packet: Packet, environment: Environment): void;
}

export interface BaseChain {
  readonly hook: Hook;
  readonly priority: number;
  /** A nat chain: seen by the first packet of a connection only. */
  readonly nat: boolean;
  /** Changes of mark, address or TOS in it make the kernel route a local packet again (mangle OUTPUT). */
  readonly reroutes: boolean;
  readonly policy: 'accept' | 'drop';
  /** Devices whose packets meet it, where it does not hang on a hook of IP (ingress); empty where not known. */
  readonly devices?: readonly string[];
  readonly chain: ProgramChain;
}

/** For chains of many rules: those that ask for one destination port or one address are found by it. */
export interface RuleIndex {
  readonly byPort: ReadonlyMap<number, readonly number[]>;
  /** By the last word of a /32 or /128 destination. */
  readonly byAddress: ReadonlyMap<number, readonly number[]>;
  readonly rest: readonly number[];
}

const none: readonly number[] = [];

/** The next position at or after `from` that the packet could match; -1 when there is none. */
export function nextPosition(chain: ProgramChain, from: number, packet: Packet): number {
  const index = chain.index;
  if (index === null) return from < chain.rules.length ? from : -1;
  const last = packet.destination[packet.destination.length - 1] ?? 0;
  const a = lowerBound(index.byPort.get(packet.destinationPort) ?? none, from);
  const b = lowerBound(index.byAddress.get(last) ?? none, from);
  const c = lowerBound(index.rest, from);
  const least = Math.min(a, b, c);
  return least === Number.POSITIVE_INFINITY ? -1 : least;
}

/** The first number of a sorted list that is not below `from`; infinity when there is none. */
function lowerBound(list: readonly number[], from: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return list[low] ?? Number.POSITIVE_INFINITY;
}
