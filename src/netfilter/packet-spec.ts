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

function wrong(text: string, why: string): never {
  throw new NetscopeError({
    tried: `read the packet "${text}"`,
    why,
    todo: 'write it as `tcp 10.0.0.1:40000 > 10.0.0.2:80 flags SYN`',
    status: exitStatus.usage,
  });
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

function endOf(text: string, whole: string): End {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = bracketed === null ? /^([^:]+)(?::(\d+))?$/.exec(text) : null;
  const [, addressText, portText] = bracketed ?? plain ?? [null, text, undefined];
  const address = parseAddress(addressText ?? '');
  if (address === null) return wrong(whole, `"${text}" is no address`);
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && port > 65535) return wrong(whole, `port ${portText} is over 65535`);
  return { address, port };
}

function numberOf(text: string | undefined, maximum: number, name: string, whole: string): number {
  const value = text !== undefined && /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return value <= maximum ? value : wrong(whole, `${name} needs a number up to ${maximum}`);
}

function flagsOf(text: string | undefined, whole: string): number {
  let bits = 0;
  for (const name of (text ?? '').toUpperCase().split(',')) {
    if (name === 'NONE') continue;
    const bit = Object.entries(tcpFlag).find(([known]) => known === name)?.[1];
    if (bit === undefined) return wrong(whole, `"${name}" is no TCP flag`);
    bits |= bit;
  }
  return bits;
}

/**
 * Parses a packet's description.
 *
 * @throws NetscopeError (usage) when it is not one.
 */
export function parsePacketSpec(text: string): PacketSpec {
  const words = text
    .trim()
    .replace(/\s*>\s*/, ' > ')
    .split(/\s+/);
  const [name = '', from = '', arrow, to = ''] = words;
  const number = protocolNumber(name === 'icmp6' ? 'ipv6-icmp' : name);
  if (number === null || number === 0) return wrong(text, `"${name}" is no protocol`);
  if (arrow !== '>') return wrong(text, 'there is no ">" between source and destination');
  const source = endOf(from, text);
  const destination = endOf(to, text);
  const family = familyOf(source.address);
  if (familyOf(destination.address) !== family)
    return wrong(text, 'source and destination are of different families');
  const ports = withPorts.includes(number);
  if (!ports && (source.port !== null || destination.port !== null))
    return wrong(text, `${name} has no ports`);
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
  if (ports && destination.port === null) return wrong(text, 'the destination has no port');
  for (let index = 4; index < words.length; index += 2) {
    const value = words[index + 1];
    switch (words[index]) {
      case 'flags':
        if (number !== protocol.tcp) return wrong(text, 'flags are for tcp');
        spec.tcpFlags = flagsOf(value, text);
        break;
      case 'icmp':
      case 'icmp6': {
        const [type, code = '0'] = (value ?? '').split('/');
        spec.icmpType = numberOf(type, 255, 'icmp', text);
        spec.icmpCode = numberOf(code, 255, 'icmp', text);
        break;
      }
      case 'mark':
        spec.mark = numberOf(value, 0xffffffff, 'mark', text);
        break;
      case 'length':
        spec.length = numberOf(value, 65535, 'length', text);
        break;
      case 'ttl':
        spec.ttl = numberOf(value, 255, 'ttl', text);
        break;
      case 'state':
        spec.state = states.find((state) => state === value) ?? wrong(text, `"${value ?? ''}" is no state`);
        break;
      default:
        return wrong(text, `"${words[index] ?? ''}" is not known`);
    }
  }
  return withDefaults(spec, family);
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
