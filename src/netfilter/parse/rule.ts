/**
 * One rule's words into its parts, the way iptables' own option parser goes (xshared.c do_parse): `!` negates the
 * next option; an option belongs to the extension loaded last that knows it; `-p tcp` brings the tcp match along.
 */
import { type Match, type ParseContext, refuse } from '../extension.ts';
import type { Counter } from '../model.ts';
import type { Jump, Selector } from '../rule.ts';
import { type Draft, emptyDraft, type RuleContext, Words } from './draft.ts';
import { findOption, takeOption } from './extension-options.ts';
import { abbreviated, generalOptions, takeGeneral } from './general-options.ts';

export interface RuleParts {
  readonly selector: Selector;
  readonly matches: readonly Match[];
  readonly jump: Jump | null;
  readonly counter: Counter | null;
}

/** Reads all words into the draft. */
function read(words: Words, draft: Draft, context: RuleContext): void {
  let invert = false;
  for (let word = words.peek(); word !== undefined; word = words.peek()) {
    words.position++;
    if (word === '!') {
      if (invert) refuse('two ! in a row');
      invert = true;
      continue;
    }
    if (word.startsWith('--') && word.length > 2) {
      takeLong(word, words, invert, draft, context);
    } else if (word.startsWith('-') && word.length > 1) {
      const attached = word.slice(2);
      const own = attached === '' ? words : new Words([attached, ...words.words.slice(words.position)]);
      if (!takeGeneral(word.charAt(1), own, invert, draft, context)) refuse(`option ${word} is not known`);
      if (own !== words) words.position += Math.max(0, own.position - 1);
    } else {
      refuse(`"${word}" is not an option`);
    }
    invert = false;
  }
  if (invert) refuse('nothing follows !');
}

function takeLong(word: string, words: Words, invert: boolean, draft: Draft, context: RuleContext): void {
  const equals = word.indexOf('=');
  const name = equals === -1 ? word.slice(2) : word.slice(2, equals);
  const attached = equals === -1 ? null : word.slice(equals + 1);
  const general = generalOptions[name] ?? (findOption(name, draft) === null ? abbreviated(name) : undefined);
  if (general === undefined) {
    takeOption(name, attached, words, invert, draft, context);
    return;
  }
  const own = attached === null ? words : new Words([attached, ...words.words.slice(words.position)]);
  if (!takeGeneral(general, own, invert, draft, context)) refuse(`option --${name} is not known`);
  if (own !== words) words.position += Math.max(0, own.position - 1);
}

/**
 * Parses the words after `-A CHAIN`. Several source or destination addresses make several rules.
 *
 * @throws SyntaxFault with the reason when iptables would not take it.
 */
export function parseRule(ruleWords: readonly string[], context: RuleContext): readonly RuleParts[] {
  const draft = emptyDraft();
  read(new Words(ruleWords), draft, context);
  const parseContext: ParseContext = {
    family: context.family,
    table: context.table,
    chain: context.chain,
    protocol: draft.protocol?.value ?? 0,
    protocolInverted: draft.protocol?.invert ?? false,
  };
  const matches = draft.matches.map((use) =>
    use.kind === 'unknown' ? use.match : use.loaded.extension.build(use.loaded.uses, parseContext),
  );
  const jump: Jump | null =
    draft.target === null
      ? draft.jump
      : { kind: 'target', target: draft.target.extension.build(draft.target.uses, parseContext) };
  const rules: RuleParts[] = [];
  for (const source of draft.sources.length === 0 ? [null] : draft.sources) {
    for (const destination of draft.destinations.length === 0 ? [null] : draft.destinations) {
      const { in: inDevice, out, protocol, fragment } = draft;
      const selector: Selector = { source, destination, in: inDevice, out, protocol, fragment };
      rules.push({ selector, matches, jump, counter: draft.counter });
    }
  }
  return rules;
}
