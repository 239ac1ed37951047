/** Statements and rules of nft's JSON as `nft -s list ruleset` prints them: without the values of counters. */
import { field, listOf, numberOf, tagged, textOf, wordsOf } from './json.ts';
import {
  printAgainst,
  printDuration,
  printExpression,
  printMap,
  printMatch,
  printVerdict,
} from './print-expression.ts';

function printLimit(body: unknown): string {
  if (typeof body === 'string') return `limit name "${body}"`;
  const over = field(body, 'inv') === true ? 'over ' : '';
  const rateUnit = textOf(field(body, 'rate_unit'));
  const burstUnit = textOf(field(body, 'burst_unit'));
  const burst = numberOf(field(body, 'burst'));
  const rate = `${numberOf(field(body, 'rate')) ?? ''}${rateUnit === null ? '' : ` ${rateUnit}`}`;
  const text = `limit rate ${over}${rate}/${textOf(field(body, 'per')) ?? 'second'}`;
  if (burst === null || burst === (rateUnit === null ? 5 : 0)) return text;
  return `${text} burst ${burst} ${burstUnit ?? 'packets'}`;
}

function printQuota(body: unknown): string {
  if (typeof body === 'string') return `quota name "${body}"`;
  const over = field(body, 'inv') === true ? 'over ' : '';
  return `quota ${over}${numberOf(field(body, 'val')) ?? ''} ${textOf(field(body, 'val_unit')) ?? 'bytes'}`;
}

function printLog(body: unknown): string {
  const words = ['log'];
  const prefix = textOf(field(body, 'prefix'));
  if (prefix !== null) words.push(`prefix "${prefix}"`);
  for (const name of ['group', 'snaplen', 'queue-threshold']) {
    const value = numberOf(field(body, name));
    if (value !== null) words.push(`${name} ${value}`);
  }
  const level = textOf(field(body, 'level'));
  if (level !== null) words.push(`level ${level}`);
  const flags = wordsOf(field(body, 'flags'));
  if (flags.length > 0) words.push(`flags ${flags.join(',')}`);
  return words.join(' ');
}

function printSet(body: unknown): string {
  const element = field(body, 'elem');
  const options = field(element, 'elem');
  const words = [printExpression(options === undefined ? element : field(options, 'val'))];
  const timeout = numberOf(field(options, 'timeout'));
  if (timeout !== null) words.push(`timeout ${printDuration(timeout)}`);
  words.push(...listOf(field(body, 'stmt')).map((inner) => printStatement(inner)));
  return `${textOf(field(body, 'op')) ?? 'add'} ${textOf(field(body, 'set')) ?? ''} { ${words.join(' ')} }`;
}

/** An address of a translation; IPv6 in brackets where a port follows. */
function printTo(address: unknown, port: unknown): string {
  const inner = address === undefined ? '' : printExpression(address);
  if (port === undefined) return inner;
  const shown = inner.includes(':') && typeof address === 'string' ? `[${inner}]` : inner;
  return `${shown}:${printExpression(port)}`;
}

function printNat(kind: string, body: unknown): string {
  const words = [kind];
  const family = textOf(field(body, 'family'));
  const address = field(body, 'addr');
  const port = field(body, 'port');
  const flags = wordsOf(field(body, 'flags'));
  if (family !== null) words.push(family);
  if (wordsOf(field(body, 'type_flags')).includes('prefix') || flags.includes('netmap')) words.push('prefix');
  if (address !== undefined || port !== undefined) words.push('to', printTo(address, port));
  const shown = flags.filter((flag) => flag !== 'netmap');
  if (shown.length > 0) words.push(shown.join(','));
  return words.join(' ');
}

/** The answer that `reject` gives without `with`; which one depends on the table's family. */
const usualReject: Readonly<Record<string, string>> = {
  ip: 'icmp port-unreachable',
  ip6: 'icmpv6 port-unreachable',
  inet: 'icmpx port-unreachable',
  bridge: 'icmpx port-unreachable',
};

/** `icmp port-unreachable`, `tcp reset`. */
export function rejectAnswer(body: unknown, family: string): string {
  const type = textOf(field(body, 'type'));
  if (type === null) return usualReject[family] ?? 'icmpx port-unreachable';
  if (type === 'tcp reset') return type;
  const code = field(body, 'expr');
  return `${type} ${typeof code === 'string' || typeof code === 'number' ? code : ''}`;
}

function printReject(body: unknown, family: string): string {
  const answer = rejectAnswer(body, family);
  return answer === usualReject[family] ? 'reject' : `reject with ${answer}`;
}

function printQueue(body: unknown): string {
  const flags = wordsOf(field(body, 'flags'));
  const number = field(body, 'num');
  const to = number === undefined ? '0' : printExpression(number);
  return flags.length === 0 ? `queue to ${to}` : `queue flags ${flags.join(',')} to ${to}`;
}

function printTproxy(body: unknown): string {
  const family = textOf(field(body, 'family'));
  return `tproxy ${family === null ? '' : `${family} `}to ${printTo(field(body, 'addr'), field(body, 'port'))}`;
}

function printSynproxy(body: unknown): string {
  if (typeof body === 'string') return `synproxy name "${body}"`;
  const words = ['synproxy'];
  for (const name of ['mss', 'wscale']) {
    const value = numberOf(field(body, name));
    if (value !== null) words.push(`${name} ${value}`);
  }
  return [...words, ...wordsOf(field(body, 'flags'))].join(' ');
}

function printMangle(body: unknown): string {
  const key = field(body, 'key');
  return `${printExpression(key)} set ${printAgainst(key, field(body, 'value'))}`;
}

/** @param family of the table, which decides what is usual and left out. */
export function printStatement(json: unknown, family = 'ip'): string {
  const verdict = printVerdict(json);
  if (verdict !== null) return verdict;
  const tag = tagged(json);
  if (tag === null) return JSON.stringify(json);
  const { body } = tag;
  switch (tag.tag) {
    case 'match':
      return printMatch(body);
    case 'vmap':
      return printMap(body, 'vmap');
    case 'counter':
      return typeof body === 'string' ? `counter name "${body}"` : 'counter';
    case 'mangle':
      return printMangle(body);
    case 'limit':
      return printLimit(body);
    case 'quota':
      return printQuota(body);
    case 'log':
      return printLog(body);
    case 'set':
      return printSet(body);
    case 'map':
      return printSet(body);
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return printNat(tag.tag, body);
    case 'reject':
      return printReject(body, family);
    case 'queue':
      return printQueue(body);
    case 'tproxy':
      return printTproxy(body);
    case 'synproxy':
      return printSynproxy(body);
    case 'notrack':
    case 'last':
      return tag.tag;
    case 'ct count':
      return `ct count ${field(body, 'inv') === true ? 'over ' : ''}${numberOf(field(body, 'val')) ?? ''}`;
    case 'ct helper':
    case 'ct timeout':
    case 'ct expectation':
      return `${tag.tag} set "${textOf(body) ?? ''}"`;
    case 'flow':
      return `flow ${textOf(field(body, 'op')) ?? 'add'} ${textOf(field(body, 'flowtable')) ?? ''}`;
    case 'dup':
    case 'fwd': {
      const device = field(body, 'dev');
      const address = field(body, 'addr');
      const to = address === undefined ? '' : ` ${printExpression(address)}`;
      return `${tag.tag} to${to}${device === undefined ? '' : ` device "${printExpression(device)}"`}`;
    }
    case 'xt':
      return `xt ${textOf(field(body, 'type')) ?? 'extension'} "${textOf(field(body, 'name')) ?? ''}"`;
    default:
      return JSON.stringify(json);
  }
}

/** A rule's statements and its comment. */
export function printRule(statements: readonly unknown[], comment: string | null, family: string): string {
  const text = statements.map((statement) => printStatement(statement, family)).join(' ');
  return comment === null ? text : `${text} comment "${comment}"`.trimStart();
}
