/**
 * The lines of a dump, told apart: `iptables-save` with and without counters, `iptables -S`, the commands
 * themselves, and prompts and comments around them. Rules are not looked into here.
 */

import type { Family } from '../address.ts';
import { isTable, tableOfChains } from '../hooks.ts';
import type { Counter } from '../model.ts';
import type { ParseError } from '../rule.ts';

export interface RuleLine {
  readonly kind: 'rule';
  readonly line: number;
  /** The whole line, for messages. */
  readonly text: string;
  readonly chain: string;
  /** From 1; null appends. */
  readonly insertAt: number | null;
  readonly counter: Counter | null;
  /** What follows the chain's name. */
  readonly rest: string;
}

export interface ChainLine {
  readonly kind: 'chain';
  readonly line: number;
  readonly text: string;
  readonly chain: string;
  readonly policy: string | null;
  readonly counter: Counter | null;
}

/** The lines of one table. */
export interface Block {
  readonly table: string;
  /** The family that the tool's own header or command names. */
  readonly family: Family | null;
  readonly lines: (RuleLine | ChainLine)[];
}

interface State {
  readonly blocks: Block[];
  readonly errors: ParseError[];
  /** The block that lines go to; null until something says which table it is. */
  block: Block | null;
  /** Inside `*table` ... `COMMIT`. */
  explicit: boolean;
  /** What a header or a command said of the lines that follow. */
  family: Family | null;
  table: string | null;
}

const counterPattern = /^\[(\d+):(\d+)\]$/;
const leadingCounter = /^\[(\d+):(\d+)\]\s+/;
const command =
  /^(?:.*?[#$%>]\s*)?(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?(ip6?tables)(?:-legacy|-nft)?(-save|-restore)?(?=\s|$|\))(.*)$/;
const promptLike = /[#$%>](\s|$)/;

function counterOf(text: string | undefined): Counter | null {
  const match = text === undefined ? null : counterPattern.exec(text);
  return match === null ? null : { packets: Number(match[1]), bytes: Number(match[2]) };
}

function open(state: State, table: string, explicit: boolean): Block {
  const block: Block = { table, family: state.family, lines: [] };
  state.blocks.push(block);
  state.block = block;
  state.explicit = explicit;
  return block;
}

/** The block for a line outside `*table`; the table that `-t` or the text before named, else filter. */
function blockOf(state: State, table: string | null): Block {
  const wanted = table ?? (state.explicit ? null : state.table);
  if (state.block !== null && (wanted === null || state.block.table === wanted)) return state.block;
  return open(state, wanted ?? 'filter', false);
}

/** `-t TABLE` anywhere in a command's words. */
function tableOption(text: string): string | null {
  const match = /(?:^|\s)(?:-t|--table)[ =]?\s*([a-z]+)/.exec(text);
  const name = match?.[1];
  return name !== undefined && isTable(name) ? name : null;
}

function takeCommand(state: State, line: number, text: string, match: RegExpExecArray): void {
  const [, tool = '', save, rest = ''] = match;
  state.family = tool === 'ip6tables' ? 'ip6' : 'ip';
  const table = tableOption(rest);
  const rule = /(?:^|\s)(-[AINP]\s.*|--(?:append|insert|new-chain|policy)\s.*)$/.exec(rest);
  if (save === undefined && rule !== null) {
    if (table !== null || state.block === null || state.block.family !== state.family) {
      const block = state.block;
      const wanted = table ?? 'filter';
      if (block === null || block.table !== wanted || block.family !== state.family)
        open(state, wanted, false);
    }
    takeRuleLine(state, line, text, long(rule[1] ?? ''), null);
    return;
  }
  // A command whose output follows: `iptables -t nat -S`.
  state.block = null;
  state.explicit = false;
  state.table = table ?? (/(?:^|\s)-S/.test(rest) ? 'filter' : null);
}

/** The short form of a command that was given by its long name. */
function long(text: string): string {
  if (!text.startsWith('--')) return text;
  return text
    .replace(/^--append\s/, '-A ')
    .replace(/^--insert\s/, '-I ')
    .replace(/^--new-chain\s/, '-N ')
    .replace(/^--policy\s/, '-P ');
}

/** `-A`, `-I`, `-N` and `-P` lines. */
function takeRuleLine(
  state: State,
  line: number,
  text: string,
  body: string,
  counter: Counter | null,
): boolean {
  const match = /^-([AINP])\s*("?)(\S+?)\2(?:\s+(.*))?$/.exec(body);
  if (match === null) return false;
  const [, letter, , chain = '', rest = ''] = match;
  const block = blockOf(state, tableOption(rest));
  switch (letter) {
    case 'A':
      block.lines.push({ kind: 'rule', line, text, chain, insertAt: null, counter, rest });
      return true;
    case 'I': {
      const number = /^(\d+)(?:\s+(.*))?$/.exec(rest);
      const insertAt = number === null ? 1 : Number(number[1]);
      block.lines.push({
        kind: 'rule',
        line,
        text,
        chain,
        insertAt,
        counter,
        rest: number === null ? rest : (number[2] ?? ''),
      });
      return true;
    }
    case 'N':
      block.lines.push({ kind: 'chain', line, text, chain, policy: null, counter: null });
      return true;
    default: {
      // `-P CHAIN TARGET`, with `-c PACKETS BYTES` under `iptables -v -S`.
      const [policy, option, packets, bytes] = rest.split(/\s+/);
      const known = option === '-c' && packets !== undefined && bytes !== undefined;
      block.lines.push({
        kind: 'chain',
        line,
        text,
        chain,
        policy: policy ?? '',
        counter: known ? { packets: Number(packets), bytes: Number(bytes) } : null,
      });
      return true;
    }
  }
}

/** `:CHAIN POLICY [p:b]` */
function takeChainLine(state: State, line: number, text: string): boolean {
  const match = /^:\s*(\S+)\s+(\S+)(?:\s+(\[\d+:\d+\]))?$/.exec(text);
  if (match === null || state.block === null) return false;
  const [, chain = '', policy = ''] = match;
  state.block.lines.push({
    kind: 'chain',
    line,
    text,
    chain,
    policy: policy === '-' ? null : policy,
    counter: counterOf(match[3]),
  });
  return true;
}

/** Outside `*table`, a run of `-P` lines starts a table: the one whose built-in chains they are. */
function startOfPolicies(lines: readonly string[], index: number): string | null {
  const chains = new Set<string>();
  for (let at = index; at < lines.length; at++) {
    const match = /^-P\s+(\S+)/.exec(lines[at] ?? '');
    if (match?.[1] === undefined) break;
    chains.add(match[1]);
  }
  return tableOfChains(chains);
}

function takeLine(state: State, lines: readonly string[], index: number): boolean {
  const text = lines[index] ?? '';
  const line = index + 1;
  if (text === '') return true;
  const generated = /^# Generated by (ip6?tables)(?:-legacy|-nft)?-save/.exec(text);
  if (generated !== null) {
    state.family = generated[1] === 'ip6tables' ? 'ip6' : 'ip';
    return true;
  }
  if (text.startsWith('*')) {
    open(state, text.slice(1).trim(), true);
    return /^\*[a-z]+$/.test(text);
  }
  if (text === 'COMMIT') {
    state.block = null;
    state.explicit = false;
    state.table = null;
    return true;
  }
  if (text.startsWith(':') && takeChainLine(state, line, text)) return true;
  if (text.startsWith('-P') && !state.explicit && !(lines[index - 1] ?? '').startsWith('-P')) {
    const table = startOfPolicies(lines, index);
    // The text before may have said it; then both agree, or the chains are right.
    if (
      table !== null &&
      !(state.block === null && state.table !== null && state.table !== 'filter' && table === 'filter')
    ) {
      open(state, table, false);
    } else if (table !== null) {
      open(state, state.table ?? table, false);
    }
    state.table = null;
  }
  const counted = leadingCounter.exec(text);
  const body = long(counted === null ? text : text.slice(counted[0].length));
  const counter = counted === null ? null : { packets: Number(counted[1]), bytes: Number(counted[2]) };
  if (body.startsWith('-') && takeRuleLine(state, line, text, body, counter)) return true;
  if (!state.explicit || text.startsWith('#')) {
    const match = command.exec(text);
    if (match !== null) {
      if (!text.startsWith('# Completed')) takeCommand(state, line, text, match);
      return true;
    }
  }
  if (text.startsWith('#')) return true;
  return !state.explicit && promptLike.test(text);
}

/** Splits a dump into tables. Lines that nothing can be made of are in `errors`. */
export function splitDump(text: string): { blocks: readonly Block[]; errors: ParseError[] } {
  const lines = text.split('\n').map((line) => line.trim());
  const state: State = { blocks: [], errors: [], block: null, explicit: false, family: null, table: null };
  for (let index = 0; index < lines.length; index++) {
    if (!takeLine(state, lines, index)) {
      state.errors.push({ line: index + 1, text: lines[index] ?? '', why: 'not a line of a rule dump' });
    }
  }
  return { blocks: state.blocks, errors: state.errors };
}
