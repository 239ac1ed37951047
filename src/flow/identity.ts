/**
 * What identifies a flow's first packets on other interfaces, also after address translation: for TCP the initial
 * sequence numbers (RFC 6528 makes them unpredictable), else hashes of what routers and NAT leave as it is.
 */
import type { IpLayer } from '../packet/model.ts';
import { at, flag, sampleCount } from './record.ts';
import type { FlowStore } from './store.ts';
import { tcpFlag } from './tcp/flags.ts';

// V8 folds a module's own constants into optimised code, and loads imported ones at each use.
const { flags: flagsAt } = at;
const { identityA, identityB } = flag;
const { syn: synBit } = tcpFlag;

/** Octets of payload that a hash covers. */
const hashedPayload = 64;

function mix(hash: number, word: number): number {
  const value = Math.imul(hash ^ word, 0x9e3779b1);
  return value ^ (value >>> 15);
}

/** Notes a TCP segment's identity: the newest SYN of each side, or else its first segment. */
export function noteTcpIdentity(words: Uint32Array, base: number, fromA: boolean, layer: IpLayer): void {
  const flags = words[base + flagsAt] ?? 0;
  const known = fromA ? identityA : identityB;
  const isSyn = (layer.tcpFlags & synBit) !== 0;
  if ((flags & known) !== 0 && !isSyn) return;
  const word = base + (fromA ? at.identityA : at.identityB);
  if (isSyn) {
    words[word] = layer.tcpSequence;
    words[base + flagsAt] = flags | known | (fromA ? flag.isnA : flag.isnB);
    return;
  }
  const numbers = mix(layer.tcpSequence, layer.tcpAcknowledgment);
  words[word] = mix(mix(numbers, layer.payloadLength), layer.tcpFlags);
  words[base + flagsAt] = flags | known;
}

/** Notes the identity of one of the first packets of a direction, for protocols other than TCP. */
export function noteSample(
  store: FlowStore,
  base: number,
  fromA: boolean,
  layer: IpLayer,
  buffer: Uint8Array,
): void {
  const { words, doubles } = store;
  const countWord = base + (fromA ? at.identityA : at.identityB);
  const count = words[countWord] ?? 0;
  if (count >= sampleCount) return;
  let hash = mix(mix(layer.protocol, layer.identification), layer.payloadLength);
  hash = mix(mix(hash, layer.icmpType), layer.icmpSequence);
  hash = mix(mix(hash, layer.fragmentOffset), layer.icmpId);
  const end = layer.payloadOffset + Math.min(layer.payloadCaptured, hashedPayload);
  for (let offset = layer.payloadOffset; offset < end; offset++) hash = mix(hash, buffer[offset] ?? 0);
  words[base + (fromA ? at.samplesA : at.samplesB) + count] = hash;
  doubles[((base + (fromA ? at.sampleTimesA : at.sampleTimesB)) >> 1) + count] = store.times[0] ?? 0;
  words[countWord] = count + 1;
  // Linux sends datagrams that must not be fragmented with an identification of 0; IPv6 has none at all.
  if (layer.identification <= 0) words[base + flagsAt] = (words[base + flagsAt] ?? 0) | flag.weakIdentity;
}
