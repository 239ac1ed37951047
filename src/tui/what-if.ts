/** The packet that is typed to see what the rules would do with it. */
import type { Evaluation } from '../netfilter/model.ts';
import { type DescribedPacket, type PacketSpecFault, readPacketSpec } from '../netfilter/packet-spec.ts';
import type { Shown } from './state/shown.ts';
import type { FilterProblem } from './views/view.ts';

export type Tried =
  | { readonly kind: 'problem'; readonly problem: FilterProblem }
  /** `evaluation` is null where the namespace is not known. */
  | { readonly kind: 'walked'; readonly evaluation: Evaluation | null };

/** Reads the packet, and that the interface it names is there. */
function read(text: string, namespace: string, data: Shown): DescribedPacket | PacketSpecFault {
  const described = readPacketSpec(text);
  if ('message' in described || described.in === null) return described;
  const links = data.topology?.namespaces.find(({ name }) => name === namespace)?.links;
  if (links === undefined || links.some(({ name }) => name === described.in)) return described;
  const from = text.lastIndexOf(described.in);
  const message = `${namespace} has no interface "${described.in}"`;
  return { message, from, to: from + described.in.length };
}

/** What is wrong with what was typed so far; null for a packet. */
export function packetProblem(text: string, namespace: string, data: Shown): FilterProblem | null {
  const described = read(text, namespace, data);
  return 'message' in described ? described : null;
}

export function tryPacket(text: string, namespace: string, data: Shown): Tried {
  const described = read(text, namespace, data);
  if ('message' in described) return { kind: 'problem', problem: described };
  return { kind: 'walked', evaluation: data.evaluate(namespace, described.packet, described.in) };
}
