/** Tables of the bridge family, which frames meet on their way over a bridge whatever bridge-nf says. */

import { createEvaluator } from '../netfilter/evaluate.ts';
import { isNftTable } from '../netfilter/nftables/table.ts';
import type { PacketSpec } from '../netfilter/packet-spec.ts';
import type { LinkState, NamespaceState } from '../snapshot/schema.ts';
import { packetEnd, type Scene } from './scene.ts';
import type { Direction, Trouble } from './trouble.ts';

export interface BridgedFrame {
  readonly namespace: NamespaceState;
  readonly port: LinkState;
  readonly packet: PacketSpec;
  readonly direction: Direction;
}

/** The rules of the family that drop the frame: they ask for the same fields, on hooks of the same names. */
export function bridgeRules(
  scene: Scene,
  { namespace, port, packet, direction }: BridgedFrame,
): readonly Trouble[] {
  const own = scene.tables(namespace).filter((table) => isNftTable(table) && table.family === 'bridge');
  if (own.length === 0) return [];
  const asIp = own.map((table) => ({ ...table, family: packet.family }));
  const called = { 'net.bridge.bridge-nf-call-iptables': '1', 'net.bridge.bridge-nf-call-ip6tables': '1' };
  const state = { ...namespace, sysctls: { ...namespace.sysctls, ...called } };
  const name = scene.nameOf(namespace);
  const { walks } = createEvaluator(state, asIp.filter(isNftTable), name).walk({ packet, in: port.name });
  const troubles: Trouble[] = [];
  for (const walk of walks) {
    const last = walk.hits.at(-1);
    if ((walk.verdict !== 'drop' && walk.verdict !== 'reject') || last === undefined) continue;
    const { chain, rule } = last.rule;
    troubles.push({
      direction,
      namespace: name,
      kind: 'rule',
      rule: {
        namespace: name,
        namespaceId: namespace.id,
        backend: 'nftables',
        family: 'bridge',
        table: chain.table.name,
        chain: chain.name,
        position: rule.position,
        text: rule.text,
        counter: rule.counter,
      },
      verdict: walk.verdict,
      hook: last.hook,
      in: port.name,
      out: null,
      bridged: true,
      packet: {
        source: packetEnd(packet.source, packet.sourcePort),
        destination: packetEnd(packet.destination, packet.destinationPort),
      },
      certain: walks.length === 1,
    });
  }
  return troubles;
}
