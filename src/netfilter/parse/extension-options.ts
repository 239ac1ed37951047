/** The options of the extensions that a rule has loaded. */
import { type Match, type OptionDefinition, refuse, type Target } from '../extension.ts';
import type { Draft, Loaded, RuleContext, Words } from './draft.ts';
import { matchOfProtocol } from './registry.ts';

function spelled(option: OptionDefinition, name: string): boolean {
  return option.name === name || option.aliases?.includes(name) === true;
}

/** Extensions of the rule, the one loaded last first, as getopt sees their options. */
function loadedExtensions(draft: Draft): readonly (Loaded<Match> | Loaded<Target>)[] {
  const list: (Loaded<Match> | Loaded<Target>)[] = draft.target === null ? [] : [draft.target];
  for (let index = draft.matches.length - 1; index >= 0; index--) {
    const use = draft.matches[index];
    if (use?.kind === 'known') list.push(use.loaded);
  }
  return list;
}

export function findOption(
  name: string,
  draft: Draft,
): { loaded: Loaded<Match> | Loaded<Target>; option: OptionDefinition } | null {
  const extensions = loadedExtensions(draft);
  for (const loaded of extensions) {
    const option = loaded.extension.options.find((candidate) => spelled(candidate, name));
    if (option !== undefined) return { loaded, option };
  }
  // getopt_long takes an abbreviation that means one option only.
  const close = extensions.flatMap((loaded) =>
    loaded.extension.options
      .filter((candidate) =>
        [candidate.name, ...(candidate.aliases ?? [])].some((full) => full.startsWith(name)),
      )
      .map((option) => ({ loaded, option })),
  );
  const [first] = close;
  return first !== undefined && close.every(({ option }) => option === first.option) ? first : null;
}

export function takeOption(
  name: string,
  attached: string | null,
  words: Words,
  invert: boolean,
  draft: Draft,
  context: RuleContext,
): void {
  let found = findOption(name, draft);
  if (found === null && draft.protocol !== null && !draft.protocolMatchLoaded) {
    const extension = matchOfProtocol(draft.protocol.value, context.family);
    if (extension !== undefined) {
      draft.protocolMatchLoaded = true;
      draft.matches.push({ kind: 'known', loaded: { extension, uses: [] } });
      found = findOption(name, draft);
      if (found === null) draft.matches.pop();
    }
  }
  if (found === null) refuse(`option --${name} is not known`);
  const { loaded, option } = found;
  let negated = invert;
  const values: string[] = [];
  if (attached !== null) values.push(attached);
  if (option.values === 'optional') {
    const next = words.peek();
    if (attached === null && next !== undefined && !next.startsWith('-') && next !== '!')
      values.push(words.next(`--${name}`));
  } else {
    while (values.length < option.values) {
      const value = words.next(`--${name}`);
      if (value === '!' && values.length === 0 && option.negatable === true) negated = !negated;
      else values.push(value);
    }
  }
  if (negated && option.negatable !== true) refuse(`--${name} cannot be negated`);
  if (option.repeatable !== true && loaded.uses.some((use) => use.name === option.name)) {
    refuse(`--${name} is given twice`);
  }
  loaded.uses.push({ name: option.name, invert: negated, values });
}
