/** Membership in ipsets, as far as the snapshot tells. */
import { formatAddress } from '../address.ts';
import type { Answer } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { isMember } from './ipset.ts';
import type { NamespaceView } from './namespace.ts';

/** Asked twice for the same set and fields, the kernel says the same: hence the key. */
export function setAnswer(
  view: NamespaceView,
  name: string,
  packet: Packet,
  dimensions: readonly ('src' | 'dst')[],
): Answer {
  const set = view.ipsets.get(name);
  const answer = set === undefined ? null : isMember(view.ipsets, set, packet, dimensions);
  if (answer !== null) return answer;
  const fields = dimensions.map((dimension) =>
    formatAddress(dimension === 'src' ? packet.source : packet.destination),
  );
  return {
    unknown:
      set === undefined
        ? `set ${name}: its contents are not known`
        : `set ${name}: its elements ask for more`,
    key: [
      `set ${name}`,
      ...dimensions,
      ...fields,
      packet.sourcePort,
      packet.destinationPort,
      packet.in,
      packet.out,
    ].join(' '),
  };
}
