/** A dump of iptables rules into tables. */
import type { RulesBackend } from '../../snapshot/schema.ts';
import type { Family } from '../address.ts';
import { refuse, SyntaxFault } from '../extension.ts';
import { hookOf, isTable } from '../hooks.ts';
import type { Counter } from '../model.ts';
import type { ParsedRule, ParsedTable, ParseError } from '../rule.ts';
import { familyOfLines } from './family.ts';
import { type Block, type ChainLine, type RuleLine, splitDump } from './lines.ts';
import { printRule } from './print.ts';
import { parseRule } from './rule.ts';
import { splitWords } from './words.ts';

export interface DumpOptions {
  readonly backend: RulesBackend;
  /** Told by the content of each table where it is not given. */
  readonly family?: Family;
}

export interface ParsedDump {
  readonly tables: readonly ParsedTable[];
  readonly errors: readonly ParseError[];
}

/** A rule whose place is not settled: `-I` may still come before it. */
type RuleDraft = { position: number } & Omit<ParsedRule, 'position'>;

interface ChainDraft {
  readonly name: string;
  policy: 'ACCEPT' | 'DROP' | null;
  counter: Counter | null;
  readonly rules: RuleDraft[];
}

/** Families of the blocks: what the rules show, else the header, else what the rest of the dump is. */
function familiesOf(blocks: readonly Block[]): readonly Family[] {
  const shown = blocks.map((block) => familyOfLines(block.lines.map((line) => line.text)));
  const rest = shown.find((family) => family !== null) ?? 'ip';
  return blocks.map((block, index) => shown[index] ?? block.family ?? rest);
}

function policyOf(line: ChainLine, table: string): 'ACCEPT' | 'DROP' | null {
  const builtIn = hookOf(table, line.chain) !== null;
  if (line.policy === null) return builtIn ? 'ACCEPT' : null;
  if (!builtIn) refuse(`${line.chain} is no built-in chain of ${table} and can have no policy`);
  if (line.policy !== 'ACCEPT' && line.policy !== 'DROP') refuse(`policy ${line.policy} is not known`);
  return line.policy;
}

function checkChainName(name: string): void {
  if (name.length > 28) refuse(`the name of a chain has at most 28 characters`);
  if (name.startsWith('-') || name.startsWith('!')) refuse(`"${name}" is no name for a chain`);
}

function draftOf(chains: Map<string, ChainDraft>, table: string, name: string): ChainDraft {
  let draft = chains.get(name);
  if (draft === undefined) {
    draft = { name, policy: hookOf(table, name) === null ? null : 'ACCEPT', counter: null, rules: [] };
    chains.set(name, draft);
  }
  return draft;
}

function addRule(chains: Map<string, ChainDraft>, block: Block, family: Family, line: RuleLine): void {
  const words = splitWords(line.rest);
  const parts = parseRule(words, {
    family,
    table: block.table,
    chain: line.chain,
    isChain: (name) => chains.has(name),
  });
  const chain = draftOf(chains, block.table, line.chain);
  const rules: readonly RuleDraft[] = parts.map(({ selector, matches, jump, counter }) => ({
    position: 0,
    text: printRule(line.chain, selector, matches, jump),
    counter: line.counter ?? counter,
    target: jump === null ? null : jump.kind === 'chain' ? jump.chain : jump.target.name,
    selector,
    matches,
    jump,
  }));
  if (line.insertAt === null) {
    chain.rules.push(...rules);
  } else {
    if (line.insertAt > chain.rules.length + 1)
      refuse(`-I ${line.insertAt} is past the end of ${line.chain}`);
    chain.rules.splice(line.insertAt - 1, 0, ...rules);
  }
}

function parseBlock(block: Block, family: Family, backend: RulesBackend, errors: ParseError[]): ParsedTable {
  const chains = new Map<string, ChainDraft>();
  for (const line of block.lines) {
    try {
      checkChainName(line.chain);
      if (line.kind === 'rule') {
        addRule(chains, block, family, line);
      } else {
        const draft = draftOf(chains, block.table, line.chain);
        draft.policy = policyOf(line, block.table);
        draft.counter = line.counter;
      }
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      errors.push({ line: line.line, text: line.text, why: error.message });
    }
  }
  for (const draft of chains.values()) {
    draft.rules.forEach((rule, index) => {
      rule.position = index + 1;
    });
  }
  return { backend, family, name: block.table, chains: [...chains.values()] };
}

/**
 * Parses `iptables-save` and `ip6tables-save` output with or without counters, `iptables -S`, and the commands
 * themselves, with prompts and comments around them. What cannot be kept is in `errors`; nothing is thrown.
 */
export function parseDump(text: string, options: DumpOptions): ParsedDump {
  const { blocks, errors } = splitDump(text);
  const families = options.family === undefined ? familiesOf(blocks) : blocks.map(() => options.family);
  const tables: ParsedTable[] = [];
  blocks.forEach((block, index) => {
    const family = families[index] ?? 'ip';
    if (!isTable(block.table)) {
      const first = block.lines[0];
      errors.push({
        line: first?.line ?? 1,
        text: `*${block.table}`,
        why: `table ${block.table} is not known`,
      });
      return;
    }
    tables.push(parseBlock(block, family, options.backend, errors));
  });
  return { tables, errors: errors.toSorted((a, b) => a.line - b.line) };
}
