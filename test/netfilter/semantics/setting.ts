/** A router with these rules, and what a packet meets there. */
import { expect } from 'vitest';
import { createEvaluator, type Evaluator } from '../../../src/netfilter/evaluate.ts';
import type { Evaluation } from '../../../src/netfilter/model.ts';
import { parsePacketSpec } from '../../../src/netfilter/packet-spec.ts';
import { parseDump } from '../../../src/netfilter/parse/dump.ts';
import type { ConntrackEntry, NamespaceState } from '../../../src/snapshot/schema.ts';
import { router } from '../kernel/world.ts';

export interface Setting {
  readonly filter?: readonly string[];
  readonly nat?: readonly string[];
  readonly mangle?: readonly string[];
  readonly raw?: readonly string[];
  readonly conntrack?: readonly ConntrackEntry[];
  readonly bridgeNf?: boolean;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly ipsets?: string;
  readonly hairpin?: boolean;
}

export function evaluatorOf(setting: Setting): Evaluator {
  const table = (name: string, lines: readonly string[] | undefined) =>
    lines === undefined ? '' : `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
  const text = ['raw', 'mangle', 'nat', 'filter']
    .map((name) => table(name, setting[name as 'raw' | 'mangle' | 'nat' | 'filter']))
    .join('');
  const { tables, errors } = parseDump(text, { backend: 'iptables-nft', family: 'ip' });
  expect(errors).toEqual([]);
  const base = router({ bridgeNf: setting.bridgeNf ?? true });
  const namespace: NamespaceState = {
    ...base,
    sysctls: { ...base.sysctls, ...setting.sysctls },
    conntrack: [...(setting.conntrack ?? [])],
    links: base.links.map((link) =>
      link.master === undefined ? link : { ...link, port: { hairpin: setting.hairpin ?? false } },
    ),
    ...(setting.ipsets === undefined ? {} : { ipsets: setting.ipsets }),
  };
  return createEvaluator(namespace, tables, 'r');
}

export function evaluated(setting: Setting, packet: string, device: string | null): Evaluation {
  return evaluatorOf(setting).evaluate({ packet: parsePacketSpec(packet), in: device });
}

/** `table chain position` of the rules that matched. */
export function matched(evaluation: Evaluation): readonly string[] {
  return evaluation.steps
    .filter((step) => step.result === 'match')
    .map((step) => `${step.table} ${step.chain} ${step.position}`);
}

export const fromA = 'tcp 10.1.0.2:40000 > ';
export const dnat = ['-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.3.0.11:8080'];

/** The entry of a connection from A to 10.2.0.1:80 that was translated to C1. */
export const entry: ConntrackEntry = {
  family: 'ip',
  protocol: 6,
  original: { source: '10.1.0.2', destination: '10.2.0.1', sourcePort: 40000, destinationPort: 80 },
  reply: { source: '10.3.0.11', destination: '10.1.0.2', sourcePort: 8080, destinationPort: 40000 },
  state: 'ESTABLISHED',
  status: ['assured', 'seen_reply', 'confirmed', 'dst_nat'],
};
