/** What is known of a rule while its words are read. */
import type { Family, Prefix } from '../address.ts';
import { type Extension, type Match, type OptionUse, refuse, type Target } from '../extension.ts';
import type { Counter } from '../model.ts';
import type { Jump } from '../rule.ts';
import type { Negatable } from '../values.ts';

export interface RuleContext {
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  /** Whether the table has a chain of this name. */
  isChain(name: string): boolean;
}

/** An extension that was named in the rule, and the options that it got. */
export interface Loaded<Instance> {
  readonly extension: Extension<Instance>;
  readonly uses: OptionUse[];
}

type Use =
  | { readonly kind: 'known'; readonly loaded: Loaded<Match> }
  | { readonly kind: 'unknown'; readonly match: Match };

export interface Draft {
  sources: readonly Negatable<Prefix>[];
  destinations: readonly Negatable<Prefix>[];
  in: Negatable<string> | null;
  out: Negatable<string> | null;
  protocol: Negatable<number> | null;
  protocolMatchLoaded: boolean;
  fragment: { readonly invert: boolean } | null;
  counter: Counter | null;
  readonly matches: Use[];
  target: Loaded<Target> | null;
  jump: Jump | null;
}

export function emptyDraft(): Draft {
  return {
    sources: [],
    destinations: [],
    in: null,
    out: null,
    protocol: null,
    protocolMatchLoaded: false,
    fragment: null,
    counter: null,
    matches: [],
    target: null,
    jump: null,
  };
}

export class Words {
  readonly words: readonly string[];
  position = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  peek(): string | undefined {
    return this.words[this.position];
  }

  next(what: string): string {
    return this.words[this.position++] ?? refuse(`${what} needs an argument`);
  }
}
