/**
 * One rule's words into its parts, the way iptables' own option parser goes (xshared.c do_parse): `!` negates the
 * next option; an option belongs to the extension loaded last that knows it; `-p tcp` brings the tcp match along.
 */
import type { Family, Prefix } from '../address.ts';
import { parsePrefix } from '../address.ts';
import {
  type Extension,
  type Match,
  type OptionDefinition,
  type OptionUse,
  type ParseContext,
  refuse,
  type Target,
} from '../extension.ts';
import type { Counter } from '../model.ts';
import { protocolNumber } from '../protocols.ts';
import type { Jump, Selector } from '../rule.ts';
import type { Negatable } from '../values.ts';
import { matchNamed, matchOfProtocol, targetNamed } from './registry.ts';
import { unknownMatch, unknownTarget } from './unknown.ts';

export interface RuleContext {
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  /** Whether the table has a chain of this name. */
  isChain(name: string): boolean;
}

export interface RuleParts {
  readonly selector: Selector;
  readonly matches: readonly Match[];
  readonly jump: Jump | null;
  readonly counter: Counter | null;
}

/** An extension that was named in the rule, and the options that it got. */
interface Loaded<Instance> {
  readonly extension: Extension<Instance>;
  readonly uses: OptionUse[];
}

type Use =
  | { readonly kind: 'known'; readonly loaded: Loaded<Match> }
  | { readonly kind: 'unknown'; readonly match: Match };

interface Draft {
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

/** Options of every rule, by long name; `-x` stands for the short one. */
const generalOptions: Readonly<Record<string, string>> = {
  protocol: 'p',
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  'in-interface': 'i',
  'out-interface': 'o',
  fragment: 'f',
  fragments: 'f',
  jump: 'j',
  goto: 'g',
  match: 'm',
  'set-counters': 'c',
  ipv4: '4',
  ipv6: '6',
  table: 't',
  verbose: 'v',
  wait: 'w',
  numeric: 'n',
};

class Words {
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

/** `10.1/16` for `10.1.0.0/16`: the octets that are missing are 0. */
function wholeQuad(text: string): string {
  const match = /^(\d+(?:\.\d+){0,2})(\/.*)?$/.exec(text);
  if (match === null) return text;
  const octets = (match[1] ?? '').split('.');
  return `${[...octets, '0', '0', '0'].slice(0, 4).join('.')}${match[2] ?? ''}`;
}

function addresses(text: string, family: Family, invert: boolean): readonly Negatable<Prefix>[] {
  const list = text.split(',').map((part) => {
    const value =
      parsePrefix(family === 'ip' ? wholeQuad(part) : part, family) ??
      refuse(`"${part}" is no ${family === 'ip' ? 'IPv4' : 'IPv6'} address`);
    return { value, invert };
  });
  if (invert && list.length > 1) refuse('! does not go with several addresses');
  return list;
}

function device(name: string, invert: boolean): Negatable<string> {
  if (name === '') refuse('an interface name is empty');
  if (name.length > 15) refuse(`interface name "${name}" is longer than 15 characters`);
  return { value: name, invert };
}

function protocolOf(text: string, invert: boolean): Negatable<number> | null {
  const value = protocolNumber(text) ?? refuse(`protocol "${text}" is not known`);
  if (value === 0) return invert ? refuse('! -p all would match nothing') : null;
  return { value, invert };
}

function counterOf(words: Words): Counter {
  const first = words.next('-c');
  const comma = first.indexOf(',');
  const packets = comma === -1 ? first : first.slice(0, comma);
  const bytes = comma === -1 ? words.next('-c') : first.slice(comma + 1);
  if (!/^\d+$/.test(packets) || !/^\d+$/.test(bytes)) refuse('-c needs packets and bytes');
  return { packets: Number(packets), bytes: Number(bytes) };
}

/** Takes the general option `letter`; false when it is none. */
function takeGeneral(
  letter: string,
  words: Words,
  invert: boolean,
  draft: Draft,
  context: RuleContext,
): boolean {
  let negated = invert;
  const value = (what: string) => {
    let text = words.next(what);
    // `-p ! tcp`: the order of old dumps.
    if (text === '!') {
      negated = !negated;
      text = words.next(what);
    }
    return text;
  };
  switch (letter) {
    case 'p': {
      const text = value('-p');
      if (draft.protocol !== null) refuse('-p is given twice');
      draft.protocol = protocolOf(text, negated);
      return true;
    }
    case 's': {
      const text = value('-s');
      if (draft.sources.length > 0) refuse('-s is given twice');
      draft.sources = addresses(text, context.family, negated);
      return true;
    }
    case 'd': {
      const text = value('-d');
      if (draft.destinations.length > 0) refuse('-d is given twice');
      draft.destinations = addresses(text, context.family, negated);
      return true;
    }
    case 'i': {
      const text = value('-i');
      if (context.chain === 'OUTPUT' || context.chain === 'POSTROUTING')
        refuse(`-i is not for ${context.chain}`);
      if (draft.in !== null) refuse('-i is given twice');
      draft.in = device(text, negated);
      return true;
    }
    case 'o': {
      const text = value('-o');
      if (context.chain === 'INPUT' || context.chain === 'PREROUTING')
        refuse(`-o is not for ${context.chain}`);
      if (draft.out !== null) refuse('-o is given twice');
      draft.out = device(text, negated);
      return true;
    }
    case 'f':
      if (context.family === 'ip6') refuse('-f is for IPv4');
      draft.fragment = { invert };
      return true;
    case 'c':
      draft.counter = counterOf(words);
      return true;
    case 'm':
      if (invert) refuse('! does not go before -m');
      takeMatch(words, draft, context);
      return true;
    case 'j':
    case 'g':
      if (invert) refuse(`! does not go before -${letter}`);
      takeTarget(words, draft, context, letter === 'g');
      return true;
    case '4':
    case '6':
    case 'v':
    case 'n':
      return true;
    case 't':
      words.next('-t');
      return true;
    case 'w':
      if (/^\d+$/.test(words.peek() ?? '')) words.position++;
      return true;
    default:
      return false;
  }
}

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

function takeMatch(words: Words, draft: Draft, context: RuleContext): void {
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

function takeTarget(words: Words, draft: Draft, context: RuleContext, goto: boolean): void {
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

function findOption(
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

function takeOption(
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

/** The general option that `name` is the unique beginning of. */
function abbreviated(name: string): string | undefined {
  const letters = new Set(
    Object.entries(generalOptions)
      .filter(([full]) => full.startsWith(name))
      .map(([, letter]) => letter),
  );
  const [letter] = letters;
  return letters.size === 1 && name.length > 2 ? letter : undefined;
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
  const draft: Draft = {
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
