/** iptables tables into the program that is run. */
import { addressBits, formatAddress, formatPrefix, inPrefix, lengthOf, type Prefix } from '../address.ts';
import { deviceMatches } from '../devices.ts';
import { type Answer, type Effect, type Environment, proceed } from '../extension.ts';
import { hookOf, natPriority, tablePriority } from '../hooks.ts';
import type { Packet } from '../packet.ts';
import { protocolName } from '../protocols.ts';
import type { Jump, ParsedChain, ParsedRule, ParsedTable, Selector } from '../rule.ts';
import { every, isUnknown, type Negatable } from '../values.ts';
import type { BaseChain, ProgramChain, ProgramRule, ProgramTable, RuleIndex } from './program.ts';

/** Chains with fewer rules are walked without an index. */
const indexedFrom = 16;

type SelectorTest = (packet: Packet) => boolean;

function selectorTests(selector: Selector): readonly SelectorTest[] {
  const tests: SelectorTest[] = [];
  const { source, destination, protocol, fragment } = selector;
  const inDevice = selector.in;
  const outDevice = selector.out;
  if (source !== null) tests.push((packet) => inPrefix(packet.source, source.value) !== source.invert);
  if (destination !== null) {
    tests.push((packet) => inPrefix(packet.destination, destination.value) !== destination.invert);
  }
  if (inDevice !== null) tests.push((packet) => deviceMatches(inDevice.value, packet.in) !== inDevice.invert);
  if (outDevice !== null)
    tests.push((packet) => deviceMatches(outDevice.value, packet.out) !== outDevice.invert);
  if (protocol !== null) tests.push((packet) => (packet.protocol === protocol.value) !== protocol.invert);
  // Conntrack's defragmentation comes before every table: rules meet whole packets.
  if (fragment !== null) tests.push(() => fragment.invert);
  return tests;
}

function explainSelector(selector: Selector, packet: Packet): string | null {
  const not = (test: Negatable<unknown>) => (test.invert ? 'not ' : '');
  const address = (name: string, test: Negatable<Prefix> | null, own: readonly number[]) =>
    test !== null && inPrefix(own, test.value) === test.invert
      ? `${name} ${not(test)}${formatPrefix(test.value)}, packet has ${formatAddress(own)}`
      : null;
  const device = (name: string, test: Negatable<string> | null, own: string) =>
    test !== null && deviceMatches(test.value, own) === test.invert
      ? `${name} ${not(test)}${test.value}, packet has ${own === '' ? 'none' : own}`
      : null;
  const { protocol, fragment } = selector;
  return (
    address('src', selector.source, packet.source) ??
    address('dst', selector.destination, packet.destination) ??
    device('in', selector.in, packet.in) ??
    device('out', selector.out, packet.out) ??
    (protocol !== null && (packet.protocol === protocol.value) === protocol.invert
      ? `protocol ${not(protocol)}${protocolName(protocol.value)}, packet is ${protocolName(packet.protocol)}`
      : null) ??
    (fragment !== null && !fragment.invert ? 'not a later fragment' : null)
  );
}

function effectOf(jump: Jump | null): (packet: Packet, environment: Environment) => Effect {
  if (jump === null) return () => proceed;
  if (jump.kind === 'chain') {
    const effect: Effect = { kind: jump.goto ? 'goto' : 'jump', chain: jump.chain };
    return () => effect;
  }
  const target = jump.target;
  return (packet, environment) => target.evaluate(packet, environment);
}

function compileRule(rule: ParsedRule, chain: ProgramChain): ProgramRule {
  const tests = selectorTests(rule.selector);
  const matches = rule.matches;
  return {
    chain,
    rule,
    inert: rule.jump === null || (rule.jump.kind === 'target' && rule.jump.target.inert),
    test(packet, environment) {
      for (const test of tests) if (!test(packet)) return false;
      let unknown: Answer[] | null = null;
      for (const match of matches) {
        const answer = match.evaluate(packet, environment);
        if (answer === false) return false;
        if (isUnknown(answer)) {
          unknown ??= [];
          unknown.push(answer);
        }
      }
      return unknown === null ? true : every(unknown);
    },
    explain(packet, environment) {
      const selector = explainSelector(rule.selector, packet);
      if (selector !== null) return selector;
      const no = matches.find((match) => match.evaluate(packet, environment) === false);
      return no === undefined ? '' : no.explain(packet, environment);
    },
    act: effectOf(rule.jump),
  };
}

/** The one address that a rule's `-d` lets pass, as its last word; null when it is not one. */
function singleAddress(rule: ParsedRule): number | null {
  const { destination } = rule.selector;
  if (destination === null || destination.invert) return null;
  const { words, mask } = destination.value;
  const bits = addressBits(words.length === 1 ? 'ip' : 'ip6');
  return lengthOf(mask) === bits ? (words[words.length - 1] ?? 0) : null;
}

function push(map: Map<number, number[]>, key: number, position: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [position]);
  else list.push(position);
}

function indexOf(rules: readonly ParsedRule[]): RuleIndex | null {
  if (rules.length < indexedFrom) return null;
  const byPort = new Map<number, number[]>();
  const byAddress = new Map<number, number[]>();
  const rest: number[] = [];
  rules.forEach((rule, position) => {
    const port = rule.matches.find((match) => match.destinationPort !== null)?.destinationPort ?? null;
    const address = port === null ? singleAddress(rule) : null;
    if (port !== null) push(byPort, port, position);
    else if (address !== null) push(byAddress, address, position);
    else rest.push(position);
  });
  return { byPort, byAddress, rest };
}

function compileChain(parsed: ParsedChain, table: ProgramTable): ProgramChain {
  const rules: ProgramRule[] = [];
  const chain: ProgramChain = { name: parsed.name, table, rules, index: indexOf(parsed.rules) };
  for (const rule of parsed.rules) rules.push(compileRule(rule, chain));
  return chain;
}

/** The base chains of these tables, of whichever family. */
export function compileTables(tables: readonly ParsedTable[]): readonly BaseChain[] {
  const bases: BaseChain[] = [];
  for (const parsed of tables) {
    const chains = new Map<string, ProgramChain>();
    const table: ProgramTable = { backend: parsed.backend, family: parsed.family, name: parsed.name, chains };
    for (const chain of parsed.chains) chains.set(chain.name, compileChain(chain, table));
    for (const chain of parsed.chains) {
      const hook = hookOf(parsed.name, chain.name);
      const compiled = chains.get(chain.name);
      if (hook === null || compiled === undefined) continue;
      const nat = parsed.name === 'nat';
      bases.push({
        hook,
        priority: nat ? natPriority(hook) : tablePriority(parsed.name, parsed.backend),
        nat,
        reroutes: parsed.name === 'mangle' && hook === 'output',
        policy: chain.policy === 'DROP' ? 'drop' : 'accept',
        chain: compiled,
      });
    }
  }
  return bases;
}
