/** Where a TCP connection is in its life (RFC 9293 section 3.3.2), as far as the packets show it. */
import { at, direction, directionFlag, flag } from '../record.ts';
import { segmentFlag, tcpFlag } from './flags.ts';

const phase = flag.synAck | flag.established | flag.closed | flag.reset | flag.refused | flag.rejected;

/** Takes note of a segment after its analysis, whose result is `analysis`. */
export function trackState(
  words: Uint32Array,
  base: number,
  fromA: boolean,
  tcpFlags: number,
  payloadLength: number,
  analysis: number,
): void {
  let flags = words[base + at.flags] ?? 0;
  const isSyn = (tcpFlags & tcpFlag.syn) !== 0;
  const isAck = (tcpFlags & tcpFlag.ack) !== 0;
  if (isSyn && !isAck) {
    if ((analysis & segmentFlag.reusedPorts) !== 0) {
      flags = (flags & ~phase) | flag.portReuse;
      words[base + at.syns] = 0;
    }
    if ((flags & flag.syn) === 0) {
      flags = fromA ? flags & ~flag.sourceIsB : flags | flag.sourceIsB;
      flags |= flag.syn;
    }
    words[base + at.syns] = (words[base + at.syns] ?? 0) + 1;
  } else if (isSyn) {
    flags |= flag.synAck;
  }
  const fromSource = fromA === ((flags & flag.sourceIsB) === 0);
  const side = base + (fromA ? at.tcpA : at.tcpB);
  if ((tcpFlags & tcpFlag.fin) !== 0) {
    words[side + direction.flags] = (words[side + direction.flags] ?? 0) | directionFlag.fin;
  }
  if ((tcpFlags & tcpFlag.rst) !== 0) {
    words[base + at.resets] = (words[base + at.resets] ?? 0) + 1;
    flags = fromA ? flags & ~flag.resetByB : flags | flag.resetByB;
    if ((flags & flag.closed) === 0) flags |= afterReset(words, base, flags, fromSource);
  } else if (isAck && !isSyn) {
    if (fromSource || payloadLength > 0 || (flags & flag.syn) === 0) flags |= flag.established;
    if (bothFinished(words, base)) flags |= flag.closed;
  }
  words[base + at.flags] = flags;
}

function afterReset(words: Uint32Array, base: number, flags: number, fromSource: boolean): number {
  const finA = (words[base + at.tcpA + direction.flags] ?? 0) & directionFlag.fin;
  const finB = (words[base + at.tcpB + direction.flags] ?? 0) & directionFlag.fin;
  // Linux answers what comes after a close with RST: the connection had ended by then.
  if (finA !== 0 && finB !== 0) return flag.closed;
  const answersSyn = (flags & (flag.syn | flag.synAck | flag.established)) === flag.syn && !fromSource;
  return answersSyn ? flag.refused : flag.reset;
}

/** Both sides sent FIN, and each acknowledged the other's. */
function bothFinished(words: Uint32Array, base: number): boolean {
  const a = base + at.tcpA;
  const b = base + at.tcpB;
  if (((words[a + direction.flags] ?? 0) & directionFlag.fin) === 0) return false;
  if (((words[b + direction.flags] ?? 0) & directionFlag.fin) === 0) return false;
  const ackedByA = (words[a + direction.lastAck] ?? 0) - (words[b + direction.nextSequence] ?? 0);
  const ackedByB = (words[b + direction.lastAck] ?? 0) - (words[a + direction.nextSequence] ?? 0);
  return (ackedByA | 0) >= 0 && (ackedByB | 0) >= 0;
}
