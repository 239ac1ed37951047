/**
 * A packet through one namespace, past everything that stops it: what blocks is noted and taken out of a copy of the
 * rules, and the packet walks again, so that a second fault behind the first is found too.
 */
import { formatAddress } from '../netfilter/address.ts';
import { createEvaluator, type Evaluator, type Walk } from '../netfilter/evaluate.ts';
import type { ProgramChain, ProgramRule } from '../netfilter/evaluation/program.ts';
import type { Hook, Rule } from '../netfilter/model.ts';
import { isNftTable, type RuleTable } from '../netfilter/nftables/table.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { ConntrackEntry, NamespaceState } from '../snapshot/schema.ts';
import { ruleOfTrouble, rulesMet, withRules } from './met-rules.ts';
import type { DiagnosisRule } from './model.ts';
import { lostLink, withDefaultRoute } from './namespace-troubles.ts';
import { strayFrames } from './port-obstacles.ts';
import { packetEnd, type Scene } from './scene.ts';
import type { Direction, RulePlace, Trouble } from './trouble.ts';

/** Faults of one namespace that are looked behind. */
const mostFaults = 8;

export interface Passage {
  /** The walk that got furthest; its verdict is `accept` unless the packet could not be led past a fault. */
  readonly walk: Walk;
  readonly evaluator: Evaluator;
  readonly troubles: readonly Trouble[];
  /** What nobody can know from outside. */
  readonly unknown: readonly string[];
  /** The rules that it meets, also those behind one that stops it. */
  readonly met: readonly DiagnosisRule[];
}

export interface PassageRequest {
  readonly namespace: NamespaceState;
  readonly packet: PacketSpec;
  readonly in: string | null;
  readonly direction: Direction;
  /** The entry that the forward packet made here, for a reply. */
  readonly entry?: ConntrackEntry;
}

export function passThrough(scene: Scene, request: PassageRequest): Passage | null {
  const { packet, direction } = request;
  const name = scene.nameOf(request.namespace);
  let state = request.namespace;
  if (request.entry !== undefined) state = { ...state, conntrack: [...state.conntrack, request.entry] };
  let tables = scene.tables(request.namespace);
  const troubles: Trouble[] = [];
  let met: readonly DiagnosisRule[] = [];
  const base = { direction, namespace: name };
  for (let round = 0; ; round++) {
    const untouched = state === request.namespace && tables === scene.tables(request.namespace);
    const evaluator = untouched ? scene.evaluator(request.namespace) : createEvaluator(state, tables, name);
    const { walks, unknown } = evaluator.walk({ packet, in: request.in });
    const walk = walks.find(({ verdict }) => verdict === 'accept') ?? walks[0];
    if (walk === undefined) return null;
    met = withRules(met, rulesMet(walk, direction, name));
    const lost = lostLink(scene, state, formatAddress(walk.packet.destination), direction);
    if (lost !== null && round < mostFaults) {
      troubles.push(lost.trouble);
      state = lost.state;
      continue;
    }
    const result = { walk, evaluator, troubles, unknown, met };
    if (walk.verdict === 'accept') {
      for (const other of walks) {
        const blocked = blockOf(other, request, name, false, tables);
        if (blocked !== null) troubles.push(blocked.trouble);
      }
      return result;
    }
    if (round >= mostFaults) return result;
    const blocked = blockOf(walk, request, name, walks.length === 1, tables);
    if (blocked !== null) {
      troubles.push(blocked.trouble);
      met = withRules(met, [ruleOfTrouble(blocked.trouble)]);
      tables = without(tables, blocked.rule);
      continue;
    }
    const { why } = walk;
    const device = walk.packet.in === '' ? (request.in ?? 'lo') : walk.packet.in;
    const destination = formatAddress(walk.packet.destination);
    const source = formatAddress(walk.packet.source);
    if (why === 'forwarding is off') {
      troubles.push({ ...base, kind: 'forwarding-off', device });
      const key =
        packet.family === 'ip' ? `net.ipv4.conf.${device}.forwarding` : 'net.ipv6.conf.all.forwarding';
      state = { ...state, sysctls: { ...state.sysctls, 'net.ipv4.ip_forward': '1', [key]: '1' } };
      continue;
    }
    if (why.startsWith('rp_filter')) {
      troubles.push({ ...base, kind: 'rp-filter', device, source, why });
      const off = { 'net.ipv4.conf.all.rp_filter': '0', [`net.ipv4.conf.${device}.rp_filter`]: '0' };
      state = { ...state, sysctls: { ...state.sysctls, ...off } };
      continue;
    }
    if (why.includes('route_localnet')) {
      const out = walk.packet.out === 'lo' || walk.packet.out === '' ? device : walk.packet.out;
      const named = /does not leave by (\S+),/.exec(why)?.[1] ?? out;
      troubles.push({ ...base, kind: 'route-localnet', device: named, destination });
      state = { ...state, sysctls: { ...state.sysctls, 'net.ipv4.conf.all.route_localnet': '1' } };
      continue;
    }
    if (/^no route|route to /.test(why)) {
      troubles.push({ ...base, kind: 'no-route', destination, why, source });
      const back = why.startsWith('no route') ? withDefaultRoute(scene, state, destination) : null;
      if (back !== null) {
        state = back;
        continue;
      }
    } else if (why.includes('hairpin')) {
      const stray = strayFrames(scene, request.namespace, request.in, destination);
      troubles.push(
        stray === null
          ? { ...base, kind: 'hairpin', port: request.in ?? device, destination }
          : { ...base, kind: 'port-blocked', ...stray },
      );
    } else if (walk.verdict === 'discarded') troubles.push({ ...base, kind: 'discarded', why, walk });
    return result;
  }
}

interface Block {
  readonly trouble: Trouble & { readonly kind: 'rule' };
  readonly rule: RulePlace;
}

function blockOf(
  walk: Walk,
  request: PassageRequest,
  name: string,
  certain: boolean,
  tables: readonly RuleTable[],
): Block | null {
  if (walk.verdict !== 'drop' && walk.verdict !== 'reject') return null;
  const last = walk.hits.at(-1);
  const policy = walk.droppedByPolicyOf;
  const namespaceId = request.namespace.id;
  let rule: RulePlace;
  let hook: Hook;
  if (policy !== null) {
    const { name: chain } = policy;
    const owner = tableOf(tables, policy, null);
    rule = {
      namespace: name,
      namespaceId,
      backend: policy.table.backend,
      family: owner?.family ?? policy.table.family,
      table: policy.table.name,
      chain,
      position: 0,
      text: `-P ${chain} DROP`,
      counter: owner?.chains.find((one) => one.name === chain)?.counter ?? null,
    };
    hook = hookOfPolicy(walk, chain);
  } else {
    if (last === undefined) return null;
    hook = last.hook;
    rule = placeOf(last.rule, name, namespaceId, tables);
  }
  const { packet } = walk;
  return {
    rule,
    trouble: {
      direction: request.direction,
      namespace: name,
      kind: 'rule',
      rule,
      verdict: walk.verdict,
      hook,
      in: packet.in === '' ? request.in : packet.in,
      out: packet.out === '' ? null : packet.out,
      bridged: packet.bridge !== null && packet.in !== '' && packet.in === packet.out,
      packet: {
        source: packetEnd(packet.source, packet.sourcePort),
        destination: packetEnd(packet.destination, packet.destinationPort),
      },
      certain,
    },
  };
}

function hookOfPolicy({ packet }: Walk, chain: string): Hook {
  switch (chain) {
    case 'PREROUTING':
      return 'prerouting';
    case 'INPUT':
      return 'input';
    case 'OUTPUT':
      return 'output';
    case 'POSTROUTING':
      return 'postrouting';
    default:
      return packet.in === '' ? 'output' : packet.out === '' ? 'input' : 'forward';
  }
}

/** An inet or netdev table is met as one of either family: which one it is, its chains tell. */
function tableOf(
  tables: readonly RuleTable[],
  { table, name }: ProgramChain,
  rule: Rule | null,
): RuleTable | undefined {
  return tables.find(
    (one) =>
      one.backend === table.backend &&
      one.name === table.name &&
      (one.family === table.family || one.family === 'inet' || one.family === 'netdev') &&
      one.chains.some(
        (chain) =>
          chain.name === name &&
          (rule === null ||
            chain.rules.some(({ position, text }) => position === rule.position && text === rule.text)),
      ),
  );
}

/** A rule that a packet met, as findings name it. */
export function placeOf(
  { chain, rule }: ProgramRule,
  namespace: string,
  namespaceId: string,
  tables: readonly RuleTable[],
): RulePlace {
  return {
    namespace,
    namespaceId,
    backend: chain.table.backend,
    family: tableOf(tables, chain, rule)?.family ?? chain.table.family,
    table: chain.table.name,
    chain: chain.name,
    position: rule.position,
    text: rule.text,
    counter: rule.counter,
  };
}

/** The tables without one rule, or with a chain's policy accepting. */
function without(tables: readonly RuleTable[], rule: RulePlace): readonly RuleTable[] {
  return tables.map((table) => {
    if (table.backend !== rule.backend || table.family !== rule.family || table.name !== rule.table)
      return table;
    if (isNftTable(table)) {
      const bodies = new Map(table.bodies);
      const chains = table.chains.map((chain) => {
        if (chain.name !== rule.chain) return chain;
        if (rule.position === 0) return { ...chain, policy: 'ACCEPT' as const };
        const at = chain.rules.findIndex(({ position }) => position === rule.position);
        bodies.set(chain.name, (bodies.get(chain.name) ?? []).toSpliced(at, at === -1 ? 0 : 1));
        return { ...chain, rules: chain.rules.toSpliced(at, at === -1 ? 0 : 1) };
      });
      return { ...table, chains, bodies };
    }
    const chains = table.chains.map((chain) => {
      if (chain.name !== rule.chain) return chain;
      if (rule.position === 0) return { ...chain, policy: 'ACCEPT' as const };
      return { ...chain, rules: chain.rules.filter(({ position }) => position !== rule.position) };
    });
    return { ...table, chains };
  });
}
