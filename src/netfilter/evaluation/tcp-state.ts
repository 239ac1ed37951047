/** Whether a segment belongs to a connection that is in some state already (nf_conntrack_proto_tcp.c). */
import { tcpFlag } from '../packet.ts';

/** What connection tracking makes of a segment. `maybe-reopens`: the entry does not say. */
export type SegmentFate = 'belongs' | 'invalid' | 'reopens' | 'maybe-reopens';

type Kind = 'syn' | 'syn-ack' | 'fin' | 'ack' | 'rst' | 'none';

function kindOf(flags: number): Kind {
  if ((flags & tcpFlag.RST) !== 0) return 'rst';
  if ((flags & tcpFlag.SYN) !== 0) return (flags & tcpFlag.ACK) !== 0 ? 'syn-ack' : 'syn';
  if ((flags & tcpFlag.FIN) !== 0) return 'fin';
  return (flags & tcpFlag.ACK) !== 0 ? 'ack' : 'none';
}

/** A connection that only SYNs were seen of, from one side or from both. */
const opening: ReadonlySet<string> = new Set(['SYN_SENT', 'SYN_SENT2']);

/**
 * @param flags of the segment's header.
 * @param state of the entry, as conntrack prints it.
 * Sequence numbers are taken to fit: neither the entry nor a described packet tells them.
 */
export function fateOf(flags: number, direction: 'original' | 'reply', state: string): SegmentFate {
  const kind = kindOf(flags);
  switch (kind) {
    case 'none':
      return 'invalid';
    case 'rst':
      return 'belongs';
    case 'fin':
      return opening.has(state) ? 'invalid' : 'belongs';
    case 'ack':
      return direction === 'original' && opening.has(state) ? 'invalid' : 'belongs';
    case 'syn-ack':
      if (direction === 'reply') return 'belongs';
      return state === 'SYN_RECV' || state === 'SYN_SENT2' ? 'belongs' : 'invalid';
    case 'syn':
      return synFate(direction, state);
  }
}

/**
 * A SYN opens the connection again once it ended (RFC 1122, 4.2.2.13). After a reset it does so only if the same side
 * sent the reset, or a FIN came before it.
 */
function synFate(direction: 'original' | 'reply', state: string): SegmentFate {
  if (state === 'TIME_WAIT') return 'reopens';
  if (direction === 'original') return state === 'CLOSE' ? 'maybe-reopens' : 'belongs';
  return opening.has(state) ? 'belongs' : 'invalid';
}
