/** Where a TCP connection is in its life (RFC 9293 section 3.3.2), as far as the packets show it. */
import { at, direction, flag } from '../record.ts';
import { segmentFlag, tcpFlag } from './flags.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { flags: flagsAt, tcpA, tcpB } = at;
const { lastAck, nextSequence } = direction;
const { sourceIsB, syn, synAck, established, finA, finB, closed } = flag;
const { syn: synBit, ack: ackBit, fin: finBit, rst: rstBit } = tcpFlag;
const fins = finA | finB;
const controlBits = synBit | finBit | rstBit;
const phase =
  synAck | established | fins | closed | flag.reset | flag.refused | flag.resetByB | flag.rejected;

/** Takes note of a segment after its analysis, whose result is `analysis`. */
export function trackState(
  words: Uint32Array,
  base: number,
  fromA: boolean,
  tcpFlags: number,
  payloadLength: number,
  analysis: number,
): void {
  const flags = words[base + flagsAt] ?? 0;
  // Data within an established connection: most segments there are.
  if ((tcpFlags & controlBits) === 0 && (flags & (established | fins)) === established) return;
  words[base + flagsAt] = next(words, base, flags, fromA, tcpFlags, payloadLength, analysis);
}

function next(
  words: Uint32Array,
  base: number,
  before: number,
  fromA: boolean,
  tcpFlags: number,
  payloadLength: number,
  analysis: number,
): number {
  let flags = before;
  const isSyn = (tcpFlags & synBit) !== 0;
  const isAck = (tcpFlags & ackBit) !== 0;
  if (isSyn && !isAck) {
    if ((analysis & segmentFlag.reusedPorts) !== 0) {
      flags = (flags & ~phase) | flag.portReuse;
      words[base + at.syns] = 0;
    }
    if ((flags & syn) === 0) flags = (fromA ? flags & ~sourceIsB : flags | sourceIsB) | syn;
    words[base + at.syns] = (words[base + at.syns] ?? 0) + 1;
  } else if (isSyn) {
    flags |= synAck;
  }
  const fromSource = fromA === ((flags & sourceIsB) === 0);
  if ((tcpFlags & finBit) !== 0) flags |= fromA ? finA : finB;
  if ((tcpFlags & rstBit) !== 0) {
    words[base + at.resets] = (words[base + at.resets] ?? 0) + 1;
    flags = fromA ? flags & ~flag.resetByB : flags | flag.resetByB;
    return (flags & closed) === 0 ? flags | afterReset(flags, fromSource) : flags;
  }
  if (!isAck || isSyn) return flags;
  if (fromSource || payloadLength > 0 || (flags & syn) === 0) flags |= established;
  return (flags & fins) === fins && bothAcknowledged(words, base) ? flags | closed : flags;
}

function afterReset(flags: number, fromSource: boolean): number {
  // Linux answers what comes after a close with RST: the connection had ended by then.
  if ((flags & fins) === fins) return closed;
  const answersSyn = (flags & (syn | synAck | established)) === syn && !fromSource;
  return answersSyn ? flag.refused : flag.reset;
}

/** Each side acknowledged all that the other sent. */
function bothAcknowledged(words: Uint32Array, base: number): boolean {
  const a = base + tcpA;
  const b = base + tcpB;
  const byA = (words[a + lastAck] ?? 0) - (words[b + nextSequence] ?? 0);
  const byB = (words[b + lastAck] ?? 0) - (words[a + nextSequence] ?? 0);
  return (byA | 0) >= 0 && (byB | 0) >= 0;
}
