/**
 * Extensions that come down to a list of options, each with a canonical way to write its value and a fixed place in
 * the order of printing.
 */

import type { Family } from './address.ts';
import {
  type Answer,
  defineMatch,
  defineTarget,
  type Effect,
  type Environment,
  type Extension,
  type Match,
  type OptionDefinition,
  type OptionUse,
  type ParseContext,
  type Target,
} from './extension.ts';
import type { Packet } from './packet.ts';
import { joined, printOption } from './values.ts';

export interface ListedOption extends OptionDefinition {
  /** The canonical text of its value; null prints the option alone, '' leaves it out. */
  read?(text: string, context: ParseContext, use: OptionUse): string;
}

export interface Part {
  readonly name: string;
  readonly invert: boolean;
  /** Canonical value; null for options without one. */
  readonly text: string | null;
}

interface ListedBase {
  readonly name: string;
  readonly families?: readonly Family[];
  readonly options: readonly ListedOption[];
  /** Refuses combinations that iptables refuses. */
  check?(uses: readonly OptionUse[], context: ParseContext): void;
  /** Adds what iptables prints though it was not written, or takes away what it does not print. */
  complete?(parts: readonly Part[], context: ParseContext): readonly Part[];
}

function parse(base: ListedBase, uses: readonly OptionUse[], context: ParseContext): readonly Part[] {
  base.check?.(uses, context);
  const parts: Part[] = [];
  for (const option of base.options) {
    for (const use of uses) {
      if (use.name !== option.name) continue;
      const raw = use.values.join(' ');
      const text = option.values === 0 ? null : (option.read?.(raw, context, use) ?? raw);
      parts.push({ name: use.name, invert: use.invert, text });
    }
  }
  return base.complete?.(parts, context) ?? parts;
}

function print(parts: readonly Part[]): string {
  return joined(parts.map(({ name, invert, text }) => printOption(name, invert, text)));
}

export function part(parts: readonly Part[], name: string): Part | undefined {
  return parts.find((one) => one.name === name);
}

export function listedMatch(
  base: ListedBase & {
    evaluate(parts: readonly Part[], packet: Packet, environment: Environment): Answer;
    explain?(parts: readonly Part[], packet: Packet): string;
  },
): Extension<Match> {
  return defineMatch<readonly Part[]>({
    name: base.name,
    ...(base.families === undefined ? {} : { families: base.families }),
    options: base.options,
    parse: (uses, context) => parse(base, uses, context),
    print,
    evaluate: (parts, packet, environment) => base.evaluate(parts, packet, environment),
    explain: (parts, packet) => base.explain?.(parts, packet) ?? `${base.name} ${print(parts)}`,
  });
}

export function listedTarget(
  base: ListedBase & {
    readonly inert?: boolean;
    evaluate(parts: readonly Part[], packet: Packet, environment: Environment): Effect;
  },
): Extension<Target> {
  return defineTarget<readonly Part[]>({
    name: base.name,
    ...(base.families === undefined ? {} : { families: base.families }),
    options: base.options,
    inert: base.inert === true,
    parse: (uses, context) => parse(base, uses, context),
    print,
    evaluate: (parts, packet, environment) => base.evaluate(parts, packet, environment),
  });
}
