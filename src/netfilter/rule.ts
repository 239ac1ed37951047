/** Parsed rules: what `model.ts` shows of a rule, and what the evaluation needs. */
import type { Prefix } from './address.ts';
import type { Match, Target } from './extension.ts';
import type { Chain, Rule, Table } from './model.ts';
import type { Negatable } from './values.ts';

/** The part of a rule that needs no extension. */
export interface Selector {
  readonly source: Negatable<Prefix> | null;
  readonly destination: Negatable<Prefix> | null;
  readonly in: Negatable<string> | null;
  readonly out: Negatable<string> | null;
  readonly protocol: Negatable<number> | null;
  /** `-f`: later fragments only; `! -f`: all others. */
  readonly fragment: { readonly invert: boolean } | null;
}

export type Jump =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'chain'; readonly chain: string; readonly goto: boolean };

export interface ParsedRule extends Rule {
  readonly selector: Selector;
  readonly matches: readonly Match[];
  readonly jump: Jump | null;
}

export interface ParsedChain extends Chain {
  readonly rules: readonly ParsedRule[];
}

export interface ParsedTable extends Table {
  readonly family: 'ip' | 'ip6';
  readonly chains: readonly ParsedChain[];
}

export interface ParseError {
  /** Line number from 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
}
