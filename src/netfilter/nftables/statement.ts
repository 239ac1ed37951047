/** Statements of a rule made ready to run: what each asks of a packet and what it does to it. */
import type { Answer, Effect, Environment } from '../extension.ts';
import { proceed } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocols.ts';
import { mapLookup, type Scope } from './expression.ts';
import { field, numberOf, tagged, textOf, wordsOf } from './json.ts';
import type { Found } from './lookup.ts';
import { mangleStatement } from './mangle.ts';
import { type Condition, conditionOf } from './match.ts';
import { natStatement } from './nat.ts';
import { printStatement, rejectAnswer } from './print-statement.ts';

export interface Statement {
  /** Null for a statement that goes on whatever the packet. */
  readonly condition: Condition | null;
  /** Null for one that does nothing to the packet. */
  readonly act: ((packet: Packet, environment: Environment) => Effect) | null;
  /** Its act changes the packet, so that conditions after it see another one. */
  readonly changes: boolean;
  readonly chooses: boolean;
}

const inert: Statement = { condition: null, act: null, changes: false, chooses: false };

function condition(test: Condition): Statement {
  return { ...inert, condition: test };
}

/** Something that this evaluation cannot tell. */
function uncertain(text: string, why: string): Statement {
  const answer = { unknown: `${text}: ${why}` };
  return condition({ test: () => answer, explain: () => text, port: null, address: null });
}

export function verdictOf(json: unknown): Effect | null {
  const tag = tagged(json);
  switch (tag?.tag) {
    case 'accept':
      return { kind: 'accept' };
    case 'drop':
      return { kind: 'drop' };
    case 'return':
      return { kind: 'return' };
    case 'continue':
      return proceed;
    case 'jump':
    case 'goto':
      return { kind: tag.tag, chain: textOf(field(tag.body, 'target')) ?? '' };
    default:
      return null;
  }
}

function always(effect: Effect): Statement {
  return { ...inert, act: () => effect };
}

function answerOf(found: Found): Answer {
  if (found.absent !== null || (found.data.length === 0 && found.why === null)) return false;
  if (found.miss) return { unknown: found.why ?? '' };
  return true;
}

/** A verdict map: no element for the packet, no match; several possible ones are all followed. */
function verdictMap(body: unknown, text: string, scope: Scope): Statement {
  const lookup = mapLookup(body, scope);
  if (lookup === null) {
    const why = `${text}: its elements are not known`;
    return {
      ...uncertain(text, 'its elements are not known'),
      act: () => ({ kind: 'unknown', why }),
    };
  }
  const effectsOf = (found: Found) => found.data.map((data) => verdictOf(data) ?? proceed);
  return {
    ...inert,
    chooses: true,
    condition: {
      test: (packet, environment) => answerOf(lookup.find(packet, environment)),
      explain(packet, environment) {
        const { absent } = lookup.find(packet, environment);
        return absent === null ? `${text}: ${lookup.name} has nothing for the packet` : `${text}: ${absent}`;
      },
      port: null,
      address: null,
    },
    act(packet, environment) {
      const found = lookup.find(packet, environment);
      const effects = effectsOf(found);
      if (effects.length <= 1) return effects[0] ?? proceed;
      const labels = found.data.map((data) => `${found.why}: ${printStatement(data)}`);
      return effects[environment.pick(found.why ?? text, labels)] ?? proceed;
    },
  };
}

function ofProtocol(number: number, name: string): Condition {
  return {
    test: (packet) => packet.protocol === number,
    explain: () => `the packet is not ${name}`,
    port: null,
    address: null,
  };
}

function ofFamily(family: 'ip' | 'ip6'): Condition {
  return {
    test: (packet) => packet.family === family,
    explain: () => `the packet is not ${family === 'ip' ? 'IPv4' : 'IPv6'}`,
    port: null,
    address: null,
  };
}

/** nft leaves out the tests that an answer needs: `reject with tcp reset` is for TCP only. */
function reject(body: unknown, scope: Scope): Statement {
  const answer = rejectAnswer(body, scope.family);
  const [type] = answer.split(' ');
  const statement = always({ kind: 'reject', answer });
  if (type === 'tcp') return { ...statement, condition: ofProtocol(protocol.tcp, 'TCP') };
  if (type === 'icmp') return { ...statement, condition: ofFamily('ip') };
  return type === 'icmpv6' ? { ...statement, condition: ofFamily('ip6') } : statement;
}

function queue(body: unknown, text: string): Statement {
  const bypass = wordsOf(field(body, 'flags')).includes('bypass');
  const number = numberOf(field(body, 'num')) ?? 0;
  return always({
    kind: 'queue',
    to: bypass ? `${text} (accepted where nobody listens)` : `queue ${number}`,
  });
}

const notrack: Statement = {
  ...inert,
  changes: true,
  act(packet) {
    // Nothing for a packet that has a connection already (nft_notrack_eval).
    if (packet.tracking.kind !== 'tracked') packet.tracking = { kind: 'untracked' };
    return proceed;
  },
};

/** A set that packets are added to may be full, or what hangs on its elements (`limit`) may say no. */
function update(body: unknown, text: string): Statement {
  const inner = field(body, 'stmt');
  const limits =
    Array.isArray(inner) &&
    inner.some((one) => ['limit', 'quota', 'ct count'].includes(tagged(one)?.tag ?? ''));
  return limits ? uncertain(text, 'the packets before this one decide') : inert;
}

/** Statements that change nothing which an evaluation follows. */
const silent: ReadonlySet<string> = new Set([
  'counter',
  'log',
  'last',
  'dup',
  'flow',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
]);

export function statementOf(json: unknown, scope: Scope): Statement {
  const text = () => printStatement(json, scope.family);
  const verdict = verdictOf(json);
  if (verdict !== null) return always(verdict);
  const tag = tagged(json);
  const body = tag?.body;
  switch (tag?.tag) {
    case 'match':
      return condition(conditionOf(body, scope));
    case 'vmap':
      return verdictMap(body, text(), scope);
    case 'mangle':
      return mangleStatement(body, text(), scope);
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return natStatement(tag.tag, body, text(), scope);
    case 'reject':
      return reject(body, scope);
    case 'queue':
      return queue(body, text());
    case 'notrack':
      return notrack;
    case 'limit':
    case 'quota':
    case 'ct count':
      return uncertain(text(), 'the packets before this one decide');
    case 'set':
    case 'map':
      return update(body, text());
    case 'tproxy':
      return uncertain(text(), 'whether a socket takes it');
    case 'synproxy':
    case 'fwd':
      return always({ kind: 'unknown', why: `${text()} takes the packet` });
    default:
      return tag !== null && silent.has(tag.tag) ? inert : uncertain(text(), 'not understood');
  }
}
