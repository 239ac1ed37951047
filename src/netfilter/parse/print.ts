/** Rules and tables as `iptables-nft-save` 1.8.9 prints them. */
import { formatPrefix, lengthOf, type Prefix } from '../address.ts';
import type { Match } from '../extension.ts';
import type { Counter, Table } from '../model.ts';
import { protocolName } from '../protocols.ts';
import type { Jump, Selector } from '../rule.ts';
import type { Negatable } from '../values.ts';

function prefixWords(letter: string, test: Negatable<Prefix> | null): string {
  if (test === null || (!test.invert && lengthOf(test.value.mask) === 0)) return '';
  return `${test.invert ? ' !' : ''} -${letter} ${formatPrefix(test.value)}`;
}

function deviceWords(letter: string, test: Negatable<string> | null): string {
  if (test === null || (test.value === '+' && !test.invert)) return '';
  return `${test.invert ? ' !' : ''} -${letter} ${test.value}`;
}

/** `-A CHAIN ...`, without counters. */
export function printRule(
  chain: string,
  selector: Selector,
  matches: readonly Match[],
  jump: Jump | null,
): string {
  let text = `-A ${chain}`;
  text += prefixWords('s', selector.source);
  text += prefixWords('d', selector.destination);
  text += deviceWords('i', selector.in);
  text += deviceWords('o', selector.out);
  if (selector.protocol !== null) {
    text += `${selector.protocol.invert ? ' !' : ''} -p ${protocolName(selector.protocol.value)}`;
  }
  if (selector.fragment !== null) text += selector.fragment.invert ? ' ! -f' : ' -f';
  for (const match of matches)
    text += match.text === '' ? ` -m ${match.name}` : ` -m ${match.name} ${match.text}`;
  if (jump === null) return text;
  if (jump.kind === 'chain') return `${text} ${jump.goto ? '-g' : '-j'} ${jump.chain}`;
  return jump.target.text === ''
    ? `${text} -j ${jump.target.name}`
    : `${text} -j ${jump.target.name} ${jump.target.text}`;
}

function counterText(counter: Counter): string {
  return `[${counter.packets}:${counter.bytes}]`;
}

/**
 * Tables as `iptables-nft-save` prints them, in the order given. Rules have counters in front only where the
 * input had them (`-c`); chains always show theirs, zero where the input had none.
 */
export function printDump(tables: readonly Table[]): string {
  const lines: string[] = [];
  for (const table of tables) {
    lines.push(`*${table.name}`);
    for (const chain of table.chains) {
      const counter = counterText(chain.counter ?? { packets: 0, bytes: 0 });
      lines.push(`:${chain.name} ${chain.policy ?? '-'} ${counter}`);
    }
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        lines.push(rule.counter === null ? rule.text : `${counterText(rule.counter)} ${rule.text}`);
      }
    }
    lines.push('COMMIT');
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
