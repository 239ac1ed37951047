/** nftables' tables into the program that is run: base chains on hooks with rules of statements (nf_tables_core.c). */
import type { BaseChain, ProgramChain, ProgramRule, ProgramTable, RuleIndex } from '../evaluation/program.ts';
import { type Answer, type Effect, type Environment, proceed } from '../extension.ts';
import type { Hook, Rule } from '../model.ts';
import type { Packet } from '../packet.ts';
import { every, isUnknown } from '../values.ts';
import type { Scope } from './expression.ts';
import { withMerged } from './merged.ts';
import { type Statement, statementOf } from './statement.ts';
import type { NftTable } from './table.ts';

/** Below every priority that a chain on a hook of IP may have, by as much as priorities may be. */
const ingressPriority = -(2 ** 33);

/** Chains with fewer rules are walked without an index. */
const indexedFrom = 16;

const hooks: Readonly<Record<string, Hook>> = {
  prerouting: 'prerouting',
  input: 'input',
  forward: 'forward',
  output: 'output',
  postrouting: 'postrouting',
};

/** A packet to try statements on that write before a later one asks. */
function copyOf(packet: Packet): Packet {
  const { tracking } = packet;
  return { ...packet, tracking: tracking.kind === 'tracked' ? { ...tracking } : tracking };
}

/** Does not decide anything: the first of several ways. */
function withoutChoice(environment: Environment): Environment {
  return Object.assign(Object.create(environment), { pick: () => 0 });
}

/** Whether a condition comes after a statement that writes. */
function asksAfterWriting(statements: readonly Statement[]): boolean {
  const first = statements.findIndex((statement) => statement.changes);
  return first !== -1 && statements.slice(first + 1).some((statement) => statement.condition !== null);
}

function testInOrder(statements: readonly Statement[], packet: Packet, environment: Environment): Answer {
  const trial = copyOf(packet);
  const calm = withoutChoice(environment);
  const answers: Answer[] = [];
  for (const { condition, changes, act } of statements) {
    const answer = condition === null ? true : condition.test(trial, calm);
    if (answer === false) return false;
    answers.push(answer);
    if (changes) act?.(trial, calm);
  }
  return every(answers);
}

/**
 * What the statements before the one that said no have written all the same. Where it is not known which said no, each
 * may have: of a rule whose conditions are otherwise met, the last unknown one must have.
 */
function writtenBefore(statements: readonly Statement[], packet: Packet, environment: Environment): void {
  const sure = testInOrder(statements, packet, environment) === false;
  const isOpen = ({ condition }: Statement) =>
    condition !== null && isUnknown(condition.test(packet, environment));
  let open = sure ? Number.POSITIVE_INFINITY : statements.filter(isOpen).length;
  const last = statements.findLastIndex((statement) => statement.changes);
  for (const { condition, changes, act } of statements.slice(0, last + 1)) {
    const answer = condition === null ? true : condition.test(packet, environment);
    if (answer === false) return;
    if (isUnknown(answer)) {
      open--;
      if (open === 0) return;
      if (environment.pick(answer.unknown, [`${answer.unknown}: yes`, `${answer.unknown}: no`]) === 1) return;
    }
    if (changes) act?.(packet, environment);
  }
}

function compileRule(rule: Rule, statements: readonly Statement[], chain: ProgramChain): ProgramRule {
  const conditions = statements.flatMap(({ condition }) => (condition === null ? [] : [condition]));
  const acts = statements.flatMap(({ act }) => (act === null ? [] : [act]));
  const inOrder = asksAfterWriting(statements);
  return {
    chain,
    rule,
    inert: acts.length === 0,
    chooses: statements.some((statement) => statement.chooses),
    test(packet, environment) {
      if (inOrder) return testInOrder(statements, packet, environment);
      let unknown: Answer[] | null = null;
      for (const condition of conditions) {
        const answer = condition.test(packet, environment);
        if (answer === false) return false;
        if (isUnknown(answer)) {
          unknown ??= [];
          unknown.push(answer);
        }
      }
      return unknown === null ? true : every(unknown);
    },
    explain(packet, environment) {
      const no = conditions.find((condition) => condition.test(packet, environment) === false);
      return no?.explain(packet, environment) ?? '';
    },
    act(packet, environment) {
      let effect: Effect = proceed;
      for (const act of acts) {
        effect = act(packet, environment);
        if (effect.kind !== 'continue') return effect;
      }
      return effect;
    },
    ...(inOrder
      ? {
          missed: (packet: Packet, environment: Environment) =>
            writtenBefore(statements, packet, environment),
        }
      : {}),
  };
}

function push(map: Map<number, number[]>, key: number, position: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [position]);
  else list.push(position);
}

function indexOf(rules: readonly (readonly Statement[])[]): RuleIndex | null {
  if (rules.length < indexedFrom) return null;
  const byPort = new Map<number, number[]>();
  const byAddress = new Map<number, number[]>();
  const rest: number[] = [];
  rules.forEach((statements, position) => {
    const conditions = asksAfterWriting(statements) ? [] : statements.map((one) => one.condition);
    const port = conditions.find((condition) => condition?.port != null)?.port ?? null;
    const address = conditions.find((condition) => condition?.address != null)?.address ?? null;
    if (port !== null) push(byPort, port, position);
    else if (address !== null) push(byAddress, address, position);
    else rest.push(position);
  });
  return { byPort, byAddress, rest };
}

function compileFor(table: NftTable, family: 'ip' | 'ip6'): readonly BaseChain[] {
  const scope: Scope = { family: table.family, elements: (name) => table.sets.get(name) ?? null };
  const chains = new Map<string, ProgramChain>();
  const program: ProgramTable = { backend: 'nftables', family, name: table.name, chains };
  for (const { name, rules } of table.chains) {
    const bodies = table.bodies.get(name) ?? [];
    const statements = bodies.map((body) =>
      withMerged(
        body,
        body.map((json) => statementOf(json, scope)),
      ),
    );
    const compiled: ProgramRule[] = [];
    const chain: ProgramChain = { name, table: program, rules: compiled, index: indexOf(statements) };
    rules.forEach((rule, at) => {
      compiled.push(compileRule(rule, statements[at] ?? [], chain));
    });
    chains.set(name, chain);
  }
  // Of chains with the same hook and priority the one that was hooked in last runs first (net/netfilter/core.c).
  return table.order.toReversed().flatMap((name): BaseChain[] => {
    const base = table.bases.get(name);
    const chain = chains.get(name);
    // Ingress comes before every hook of IP, whatever its priority (__netif_receive_skb_core).
    const ingress = base?.hook === 'ingress';
    const hook = base === undefined ? undefined : ingress ? 'prerouting' : hooks[base.hook];
    if (base === undefined || chain === undefined || hook === undefined) return [];
    const policy = table.chains.find((one) => one.name === name)?.policy;
    return [
      {
        hook,
        priority: ingress ? ingressPriority + base.priority : base.priority,
        ...(ingress ? { devices: base.devices } : {}),
        nat: base.type === 'nat',
        reroutes: base.type === 'route' && hook === 'output',
        policy: policy === 'DROP' ? 'drop' : 'accept',
        chain,
      },
    ];
  });
}

/** The base chains of a table that IP packets meet; those of family inet once for each family. */
export function compileNftTable(table: NftTable): readonly BaseChain[] {
  if (table.dormant) return [];
  switch (table.family) {
    case 'ip':
    case 'ip6':
      return compileFor(table, table.family);
    case 'inet':
    case 'netdev':
      return [...compileFor(table, 'ip'), ...compileFor(table, 'ip6')];
    case 'bridge':
    case 'arp':
      return [];
  }
}
