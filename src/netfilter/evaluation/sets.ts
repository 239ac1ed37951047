/** Membership in ipsets. */
import { formatAddress } from '../address.ts';
import type { Answer } from '../extension.ts';
import type { Packet } from '../packet.ts';
import type { NamespaceView } from './namespace.ts';

/** One answer per packet for the same set and fields: asked twice, the kernel says the same. */
export function setAnswer(
  view: NamespaceView,
  name: string,
  packet: Packet,
  dimensions: readonly ('src' | 'dst')[],
): Answer {
  const fields = dimensions.map((dimension) =>
    dimension === 'src' ? formatAddress(packet.source) : formatAddress(packet.destination),
  );
  const contents = view.state.ipsets;
  const reason =
    contents === undefined
      ? `set ${name}: its contents are not known`
      : `set ${name}: not among the sets of the snapshot`;
  return {
    unknown: reason,
    key: `set ${name} ${dimensions.join(',')} ${fields.join(' ')} ${packet.sourcePort} ${packet.destinationPort} ${packet.in} ${packet.out}`,
  };
}
