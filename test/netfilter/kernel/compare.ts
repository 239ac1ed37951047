/** One packet sent for real and walked by the engine, and how the two differ. */

import { formatAddress } from '../../../src/netfilter/address.ts';
import { createEvaluator, type Walk } from '../../../src/netfilter/evaluate.ts';
import type { RuleTable } from '../../../src/netfilter/nftables/table.ts';
import type { Packet } from '../../../src/netfilter/packet.ts';
import type { NamespaceState } from '../../../src/snapshot/schema.ts';
import type { Lab, SeenPacket, Sending, SentPacket } from './lab.ts';
import { deviceOf, specOf } from './packets.ts';
import { conntrackOf } from './world.ts';

const builtIns: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

export interface KernelAnswer {
  /** `table chain position` of each rule that matched. */
  readonly rules: readonly string[];
  readonly hooks: readonly string[];
  readonly dropped: boolean;
  readonly seen: SeenPacket | null;
}

export function kernelAnswer(sending: Sending, positions: ReadonlyMap<string, number>): KernelAnswer {
  const rules: string[] = [];
  const hooks: string[] = [];
  let dropped = false;
  for (const event of sending.events) {
    const hook = builtIns.has(event.chain) ? event.chain : null;
    if (hook !== null && hooks[hooks.length - 1] !== hook && event.table !== 'nat') hooks.push(hook);
    // The end of a chain is reported as a rule without a handle.
    if (event.type === 'rule' && event.handle !== null) {
      const position = positions.get(`${event.table} ${event.chain} ${event.handle}`);
      rules.push(`${event.table} ${event.chain} ${position ?? '?'}`);
      if (event.verdict === 0) dropped = true;
    }
    if (event.type === 'policy' && event.policy === 0) dropped = true;
  }
  return { rules, hooks, dropped, seen: sending.seen[0] ?? null };
}

const deviceOfPeer = { A: 'ra', B: 'rb', C1: 'br0', C2: 'br0' } as const;

function describeKernel(kernel: KernelAnswer): string {
  const seen = kernel.seen;
  const out =
    seen === null
      ? 'nothing left'
      : `left by ${deviceOfPeer[seen.peer]} ${seen.source} ${seen.sport} > ${seen.destination} ${seen.dport}${seen.quoted === null ? '' : ` about ${quotedText(seen.quoted)}`}`;
  return `${kernel.dropped ? 'dropped' : 'not dropped'}; ${out}; rules: ${kernel.rules.join(', ')}`;
}

function describeWalk(walk: Walk): string {
  const { packet } = walk;
  const rules = walk.hits.map(
    ({ rule }) => `${rule.chain.table.name} ${rule.chain.name} ${rule.rule.position}`,
  );
  return `${walk.verdict} (${walk.why}); out ${walk.out} ${formatAddress(packet.source)} ${packet.sourcePort} > ${formatAddress(packet.destination)} ${packet.destinationPort}${packet.quoted === null ? '' : ` about ${quotedOf(packet)}`}; rules: ${rules.join(', ')}`;
}

function quotedText({ source, sport, destination, dport }: NonNullable<SeenPacket['quoted']>): string {
  return `${source} ${sport} > ${destination} ${dport}`;
}

function quotedOf({ quoted }: Packet): string {
  if (quoted === null) return 'nothing';
  const { source, sourcePort, destination, destinationPort } = quoted;
  return `${formatAddress(source)} ${sourcePort} > ${formatAddress(destination)} ${destinationPort}`;
}

/** What differs; null for nothing. */
function difference(walk: Walk, kernel: KernelAnswer): string | null {
  const rules = walk.hits.map(
    ({ rule }) => `${rule.chain.table.name} ${rule.chain.name} ${rule.rule.position}`,
  );
  const maybe = new Set(
    walk.maybe.map((rule) => `${rule.chain.table.name} ${rule.chain.name} ${rule.rule.position}`),
  );
  const certain = kernel.rules.filter((rule) => !maybe.has(rule));
  if (rules.join(', ') !== certain.join(', ')) return 'rules';
  const dropped = walk.verdict === 'drop' || walk.verdict === 'reject';
  if (dropped !== kernel.dropped) return 'verdict';
  const leaves = walk.verdict === 'accept' && walk.out !== null && walk.out !== 'lo';
  if (leaves !== (kernel.seen !== null)) return 'whether it left';
  if (!leaves || kernel.seen === null) return null;
  const { packet } = walk;
  const { seen } = kernel;
  if (walk.out !== deviceOfPeer[seen.peer]) return 'device';
  if (formatAddress(packet.source) !== seen.source) return 'source address';
  if (formatAddress(packet.destination) !== seen.destination) return 'destination address';
  if (packet.destinationPort !== seen.dport) return 'destination port';
  if (seen.quoted !== null && quotedText(seen.quoted) !== quotedOf(packet)) return 'what it quotes';
  // A port that the kernel picks cannot be worked out.
  const open = walk.changes.some((change) => change.to.ports !== null);
  const source = walk.changes.some((change) => change.kind === 'snat' || change.kind === 'masquerade');
  if (!open && !source && packet.sourcePort !== seen.sport) return 'source port';
  return null;
}

/** The text of the rules that only one of both says matched. */
function disputed(
  walk: Walk | undefined,
  kernel: KernelAnswer,
  tables: readonly RuleTable[],
): readonly string[] {
  const own = (walk?.hits ?? []).map(
    ({ rule }) => `${rule.chain.table.name} ${rule.chain.name} ${rule.rule.position}`,
  );
  const only = [
    ...own.filter((rule) => !kernel.rules.includes(rule)),
    ...kernel.rules.filter((rule) => !own.includes(rule)),
  ];
  return only.map((name) => {
    const [table, chain, position] = name.split(' ');
    const rules = tables.find((one) => one.name === table)?.chains.find((one) => one.name === chain)?.rules;
    return `disputed ${table} ${rules?.[Number(position) - 1]?.text}`;
  });
}

export interface Comparison {
  readonly difference: string | null;
  readonly walks: number;
  readonly report: string;
  readonly sending: Sending;
}

export async function comparePacket(
  lab: Lab,
  packet: SentPacket,
  namespace: NamespaceState,
  tables: readonly RuleTable[],
  positions: ReadonlyMap<string, number>,
): Promise<Comparison> {
  const sending = await lab.send(packet);
  const kernel = kernelAnswer(sending, positions);
  const evaluator = createEvaluator(
    { ...namespace, conntrack: sending.before.map(conntrackOf) },
    tables,
    'r',
  );
  const { walks } = evaluator.walk(
    { packet: specOf(packet), in: deviceOf(packet.from) },
    { everyPath: true },
  );
  const differences = walks.map((walk) => difference(walk, kernel));
  const same = differences.includes(null);
  const report = same
    ? ''
    : [
        `packet ${JSON.stringify(packet)}`,
        `kernel ${describeKernel(kernel)}${sending.error === null ? '' : ` (${sending.error})`}`,
        ...walks.map((walk) => `engine ${describeWalk(walk)}`),
        ...disputed(walks[0], kernel, tables),
        `conntrack before: ${sending.before.join(' // ')}`,
      ].join('\n');
  return { difference: same ? null : (differences[0] ?? 'no walk'), walks: walks.length, report, sending };
}
