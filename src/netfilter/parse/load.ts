/** `-m`, `-j` and `-g`: which extension, chain or unknown word a rule names. */
import type { Family } from '../address.ts';
import { refuse } from '../extension.ts';
import type { Draft, RuleContext, Words } from './draft.ts';
import { matchNamed, matchOfProtocol, targetNamed } from './registry.ts';
import { unknownMatch, unknownTarget } from './unknown.ts';

/** Words up to the next one that starts something else: `-m`, `-j`, `-g` or a general option. */
function takeRest(words: Words): readonly string[] {
  const rest: string[] = [];
  for (let word = words.peek(); word !== undefined; word = words.peek()) {
    const next = word === '!' ? words.words[words.position + 1] : word;
    if (
      next !== undefined &&
      (/^-[psdiofcmjg]$/.test(next) || /^--(match|jump|goto|protocol|source|destination)$/.test(next))
    )
      break;
    rest.push(word);
    words.position++;
  }
  return rest;
}

function otherFamily(family: Family): Family {
  return family === 'ip' ? 'ip6' : 'ip';
}

export function takeMatch(words: Words, draft: Draft, context: RuleContext): void {
  const name = words.next('-m');
  const extension = matchNamed(name, context.family);
  if (extension === undefined) {
    if (matchNamed(name, otherFamily(context.family)) !== undefined)
      refuse(`-m ${name} is for the other family`);
    draft.matches.push({ kind: 'unknown', match: unknownMatch(name, takeRest(words)) });
    return;
  }
  if (draft.protocol !== null && matchOfProtocol(draft.protocol.value, context.family) === extension) {
    draft.protocolMatchLoaded = true;
  }
  draft.matches.push({ kind: 'known', loaded: { extension, uses: [] } });
}

export function takeTarget(words: Words, draft: Draft, context: RuleContext, goto: boolean): void {
  if (draft.target !== null || draft.jump !== null) refuse('a rule has one target');
  const name = words.next(goto ? '-g' : '-j');
  const extension = goto ? undefined : targetNamed(name, context.family);
  if (extension !== undefined) {
    draft.target = { extension, uses: [] };
    return;
  }
  if (!goto && !context.isChain(name) && targetNamed(name, otherFamily(context.family)) !== undefined) {
    refuse(`-j ${name} is for the other family`);
  }
  if (name.startsWith('-') || name === '' || /\s/.test(name) || name.length > 28)
    refuse(`"${name}" is no target`);
  const rest = words.peek();
  const startsOption = rest !== undefined && (rest.startsWith('--') || rest === '!');
  if (goto || context.isChain(name) || !startsOption) {
    draft.jump = { kind: 'chain', chain: name, goto };
  } else {
    draft.jump = { kind: 'target', target: unknownTarget(name, takeRest(words)) };
  }
}
