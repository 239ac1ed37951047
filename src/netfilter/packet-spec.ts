/** The `--packet` argument of `rules eval`: `PROTO SRC[:PORT] > DST[:PORT]` and what follows in any order. */
import { exitStatus, NetscopeError } from '../util/errors.ts';
import { type Family, familyOf, parseAddress, type Words } from './address.ts';
import type { GivenState } from './evaluation/run.ts';
import { tcpFlag } from './packet.ts';
import { protocol, protocolNumber } from './protocols.ts';

/** A packet as somebody describes it; what was not said is null. */
export interface PacketSpec {
  readonly family: Family;
  readonly protocol: number;
  readonly source: Words;
  readonly destination: Words;
  /** -1 for protocols without ports. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Null where it is not known. */
  readonly icmpId: number | null;
  /** The packet that an ICMP error is about. */
  readonly quoted?: PacketSpec;
  readonly tcpFlags: number | null;
  readonly mark: number;
  readonly state: GivenState;
  readonly length: number | null;
  readonly ttl: number | null;
  readonly tos: number | null;
}

/** A word of the text, and where it stands in it. */
interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What is wrong with a description, and the characters at fault. */
export interface PacketSpecFault {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export interface DescribedPacket {
  readonly packet: PacketSpec;
  /** What `in` names: the interface that it comes in by; null when it was not said. */
  readonly in: string | null;
}

/** Thrown inside this file alone. */
class Fault extends Error {
  readonly word: Word;

  constructor(word: Word, why: string) {
    super(why);
    this.word = word;
  }
}

function wrong(word: Word, why: string): never {
  throw new Fault(word, why);
}

const withPorts: readonly number[] = [
  protocol.tcp,
  protocol.udp,
  protocol.sctp,
  protocol.dccp,
  protocol.udplite,
];
const states = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

interface End {
  readonly address: Words;
  readonly port: number | null;
}

function endOf(word: Word): End {
  const { text } = word;
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = bracketed === null ? /^([^:]+)(?::(\d+))?$/.exec(text) : null;
  const [, addressText, portText] = bracketed ?? plain ?? [null, text, undefined];
  const address = parseAddress(addressText ?? '');
  if (address === null) return wrong(word, text === '' ? 'an address is missing' : `"${text}" is no address`);
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && port > 65535) return wrong(word, `port ${portText} is over 65535`);
  return { address, port };
}

function numberOf(word: Word, text: string | undefined, maximum: number, name: string): number {
  const value = text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return value <= maximum ? value : wrong(word, `${name} needs a number up to ${maximum}`);
}

function flagsOf(word: Word): number {
  let bits = 0;
  for (const name of word.text.toUpperCase().split(',')) {
    if (name === 'NONE') continue;
    const bit = Object.entries(tcpFlag).find(([known]) => known === name)?.[1];
    if (bit === undefined) return wrong(word, `"${name}" is no TCP flag`);
    bits |= bit;
  }
  return bits;
}

/** The words; `>` is one of its own, also without spaces around it. */
function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/>|[^\s>]+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/**
 * Parses a packet's description.
 *
 * @throws NetscopeError (usage) when it is not one.
 */
export function parsePacketSpec(text: string): PacketSpec {
  try {
    return specOf(wordsOf(text), endWord(text), false).packet;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new NetscopeError({
      tried: `read the packet "${text}"`,
      why: error.message,
      todo: 'write it as `tcp 10.0.0.1:40000 > 10.0.0.2:80 flags SYN`',
      status: exitStatus.usage,
    });
  }
}

/** Reads a description that may also say `in IFACE`, and tells which word is at fault where it is none. */
export function readPacketSpec(text: string): DescribedPacket | PacketSpecFault {
  try {
    return specOf(wordsOf(text), endWord(text), true);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { from, to } = error.word;
    return { message: error.message, from, to };
  }
}

/** Stands for a word that is missing. */
function endWord(text: string): Word {
  return { text: '', from: text.length, to: text.length + 1 };
}

function specOf(words: readonly Word[], end: Word, takesDevice: boolean): DescribedPacket {
  const [name = end, from = end, arrow = end, to = end] = words;
  const number = protocolNumber(name.text === 'icmp6' ? 'ipv6-icmp' : name.text);
  if (number === null || number === 0) return wrong(name, `"${name.text}" is no protocol`);
  const source = endOf(from);
  if (arrow.text !== '>') return wrong(arrow, 'there is no ">" between source and destination');
  const destination = endOf(to);
  const family = familyOf(source.address);
  if (familyOf(destination.address) !== family)
    return wrong(to, 'source and destination are of different families');
  const ports = withPorts.includes(number);
  if (!ports && source.port !== null) return wrong(from, `${name.text} has no ports`);
  if (!ports && destination.port !== null) return wrong(to, `${name.text} has no ports`);
  if (ports && destination.port === null) return wrong(to, 'the destination has no port');
  const spec = {
    family,
    protocol: number,
    source: source.address,
    destination: destination.address,
    // A client's port that was not given: the first of those that Linux picks from (ip_local_port_range).
    sourcePort: ports ? (source.port ?? 32768) : -1,
    destinationPort: ports ? (destination.port ?? 0) : -1,
    icmpType: -1,
    icmpCode: -1,
    icmpId: null,
    tcpFlags: null as number | null,
    mark: 0,
    state: null as GivenState,
    length: null as number | null,
    ttl: null as number | null,
    tos: null as number | null,
  };
  let device: string | null = null;
  let quoted: PacketSpec | null = null;
  for (let index = 4; index < words.length && quoted === null; index += 2) {
    const key = words[index] ?? end;
    const value = words[index + 1] ?? end;
    switch (key.text) {
      case 'flags':
        if (number !== protocol.tcp) return wrong(key, 'flags are for tcp');
        spec.tcpFlags = flagsOf(value);
        break;
      case 'icmp':
      case 'icmp6': {
        const [type, code = '0'] = value.text.split('/');
        spec.icmpType = numberOf(value, type, 255, 'icmp');
        spec.icmpCode = numberOf(value, code, 255, 'icmp');
        break;
      }
      case 'mark':
        spec.mark = numberOf(value, value.text, 0xffffffff, 'mark');
        break;
      case 'length':
        spec.length = numberOf(value, value.text, 65535, 'length');
        break;
      case 'ttl':
        spec.ttl = numberOf(value, value.text, 255, 'ttl');
        break;
      case 'state':
        spec.state =
          states.find((state) => state === value.text) ?? wrong(value, `"${value.text}" is no state`);
        break;
      case 'about':
        // What an ICMP error quotes is a packet too, and the rest of the line describes it.
        quoted = specOf(words.slice(index + 1), end, false).packet;
        break;
      case 'in':
        if (!takesDevice) return wrong(key, '"in" is an option of its own: --in');
        device = value.text === '' ? wrong(value, 'an interface is missing') : value.text;
        break;
      default:
        return wrong(key, `"${key.text}" is not known`);
    }
  }
  const packet = withDefaults(spec, family);
  return { packet: quoted === null ? packet : { ...packet, quoted }, in: device };
}

/** An ICMP packet without a type is an echo request, a TCP segment without flags a SYN. */
function withDefaults(spec: PacketSpec, family: Family): PacketSpec {
  const echo = family === 'ip' ? 8 : 128;
  const icmp = spec.protocol === protocol.icmp || spec.protocol === protocol.icmp6;
  const syn = spec.state === 'established' ? tcpFlag.ACK : tcpFlag.SYN;
  return {
    ...spec,
    icmpType: icmp && spec.icmpType === -1 ? echo : spec.icmpType,
    icmpCode: icmp && spec.icmpCode === -1 ? 0 : spec.icmpCode,
    tcpFlags: spec.protocol === protocol.tcp ? (spec.tcpFlags ?? syn) : spec.tcpFlags,
  };
}
