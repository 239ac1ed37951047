/**
 * A packet through one namespace, past everything that stops it: what blocks is noted and taken out of a copy of the
 * rules, and the packet walks again, so that a second fault behind the first is found too.
 */
import { formatAddress } from '../netfilter/address.ts';
import { createEvaluator, type Evaluator, type Walk } from '../netfilter/evaluate.ts';
import type { Hook } from '../netfilter/model.ts';
import { isNftTable, type RuleTable } from '../netfilter/nftables/table.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { ConntrackEntry, NamespaceState } from '../snapshot/schema.ts';
import { ruleOfTrouble, rulesMet, withRules } from './met-rules.ts';
import type { DiagnosisRule } from './model.ts';
import { endText, type Scene } from './scene.ts';
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
    if (/^no route|route to /.test(why))
      troubles.push({ ...base, kind: 'no-route', destination, why, source });
    else if (why.includes('hairpin')) {
      troubles.push({ ...base, kind: 'hairpin', port: request.in ?? device, destination });
    } else if (walk.verdict === 'discarded') troubles.push({ ...base, kind: 'discarded', why });
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
  const policy = /^policy DROP of (\S+) (\S+)$/.exec(walk.why);
  const namespaceId = request.namespace.id;
  let rule: RulePlace;
  let hook: Hook;
  if (policy !== null) {
    const [, table = '', chain = ''] = policy;
    const owner = tables.find((one) => one.name === table && hasDropPolicy(one, chain, walk.packet.family));
    rule = {
      namespace: name,
      namespaceId,
      backend: owner?.backend ?? 'iptables-nft',
      family: owner?.family ?? walk.packet.family,
      table,
      chain,
      position: 0,
      text: `-P ${chain} DROP`,
      counter: owner?.chains.find((one) => one.name === chain)?.counter ?? null,
    };
    hook = hookOfPolicy(walk, chain);
  } else {
    if (last === undefined) return null;
    const { chain } = last.rule;
    hook = last.hook;
    rule = {
      namespace: name,
      namespaceId,
      backend: chain.table.backend,
      family: chain.table.family,
      table: chain.table.name,
      chain: chain.name,
      position: last.rule.rule.position,
      text: last.rule.rule.text,
      counter: last.rule.rule.counter,
    };
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
        source: endText(formatAddress(packet.source), packet.sourcePort === -1 ? null : packet.sourcePort),
        destination: endText(
          formatAddress(packet.destination),
          packet.destinationPort === -1 ? null : packet.destinationPort,
        ),
      },
      certain,
    },
  };
}

function hasDropPolicy(table: RuleTable, chain: string, family: string): boolean {
  const fits = table.family === family || table.family === 'inet';
  return fits && table.chains.some(({ name, policy }) => name === chain && policy === 'DROP');
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

/** The tables without one rule, or with a chain's policy accepting. */
function without(tables: readonly RuleTable[], rule: RulePlace): readonly RuleTable[] {
  return tables.map((table) => {
    const isIt = table.name === rule.table && (table.family === rule.family || table.family === 'inet');
    if (!isIt || (rule.position > 0 && table.backend !== rule.backend)) return table;
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
