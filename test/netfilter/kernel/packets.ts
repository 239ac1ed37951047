/** Random packets for the router of lab.py, and the specification that netscope gets of them. */
import { parseAddress } from '../../../src/netfilter/address.ts';
import type { PacketSpec } from '../../../src/netfilter/packet-spec.ts';
import type { ConntrackEntry } from '../../../src/snapshot/schema.ts';
import { addresses, ports } from './addresses.ts';
import type { QuotedPacket, SentPacket } from './lab.ts';
import type { Random } from './random.ts';
import { portMac } from './world.ts';

type Family = 'ip' | 'ip6';
type From = SentPacket['from'];

const sources: Readonly<Record<Family, Readonly<Record<From, readonly string[]>>>> = {
  ip: {
    A: ['10.1.0.2', '10.20.0.5'],
    B: ['10.2.0.2', '198.51.100.7'],
    C1: ['10.3.0.11'],
    C2: ['10.3.0.12'],
    R: ['10.1.0.1', '10.2.0.1', '10.3.0.1', '127.0.0.1'],
  },
  ip6: {
    A: ['fd00:1::2', 'fd00:20::5'],
    B: ['fd00:2::2', '2001:db8::7'],
    C1: ['fd00:3::11'],
    C2: ['fd00:3::12'],
    R: ['fd00:1::1', 'fd00:2::1', 'fd00:3::1'],
  },
};

/** 10.9.0.1 is behind a blackhole route. */
const destinations: Readonly<Record<Family, readonly string[]>> = {
  ip: [...addresses.ip, '10.9.0.1'],
  ip6: addresses.ip6,
};

/** The peer behind which an address is; R for the router's own. */
export function peerOf(address: string): From {
  if (/^(10\.[123]\.0\.(1|99)|127\..*|fd00:[123]::1|::1)$/.test(address)) return 'R';
  if (/^(10\.1\.|10\.20\.|fd00:1:|fd00:20:)/.test(address)) return 'A';
  if (address === '10.3.0.11' || address === 'fd00:3::11') return 'C1';
  if (address === '10.3.0.12' || address === 'fd00:3::12') return 'C2';
  return 'B';
}

/** The frame's destination MAC: another host of the segment directly, all else by the router. */
function macFor(from: From, destination: string): { mac: string } | Record<string, never> {
  if ((from !== 'C1' && from !== 'C2') || peerOf(destination) === 'R') return {};
  if (!/^(10\.3\.0\.|fd00:3::)/.test(destination)) return {};
  return { mac: /[.:]12$/.test(destination) ? portMac.C2 : portMac.C1 };
}

export function randomPacket(random: Random, family: Family): SentPacket {
  const from = random.pick(['A', 'A', 'B', 'C1', 'C2', 'R', 'R'] as const);
  const source = random.pick(sources[family][from]);
  let destination = random.pick(destinations[family]);
  while (destination === source && from !== 'R') destination = random.pick(destinations[family]);
  if (source === '127.0.0.1') destination = random.pick(['127.0.0.1', '10.1.0.1', '127.0.0.11']);
  const protocol = random.pick([6, 6, 6, 17, 17, family === 'ip' ? 1 : 58, 132]);
  const icmpType = family === 'ip' ? random.pick([8, 8, 8, 0, 13]) : random.pick([128, 128, 129]);
  const mark = from === 'R' && random.chance(0.15) ? { mark: random.pick([1, 0x77]) } : {};
  const common = { from, source, destination, protocol, ...mark, ...macFor(from, destination) };
  if (protocol === 1 || protocol === 58) return { ...common, type: icmpType, code: 0 };
  const sport = random.chance(0.5) ? random.pick(ports) : 30000 + random.below(1000);
  const flags = random.pick([2, 2, 2, 2, 0x10, 0x12, 4, 0]);
  return { ...common, sport, dport: random.pick(ports), ...(protocol === 6 ? { flags } : {}) };
}

/** A packet of a connection that exists: a reply, or one more of the same direction. */
export function followUp(random: Random, entry: ConntrackEntry): SentPacket | null {
  const reply = random.chance(0.7);
  const tuple = reply ? entry.reply : entry.original;
  const from = peerOf(tuple.source);
  // A raw socket sends what no other socket could: loopback addresses to the outside.
  if (tuple.source.startsWith('127.') && peerOf(tuple.destination) !== 'R') return null;
  const common = {
    from,
    source: tuple.source,
    destination: tuple.destination,
    protocol: entry.protocol,
    ...macFor(from, tuple.destination),
  };
  if (entry.protocol === 1 || entry.protocol === 58) {
    const request = entry.protocol === 1 ? 8 : 128;
    const answer = entry.protocol === 1 ? 0 : 129;
    return { ...common, type: reply ? answer : request, code: 0, id: tuple.icmpId ?? 7 };
  }
  if (entry.protocol !== 6 && entry.protocol !== 17) return null;
  const ends = { sport: tuple.sourcePort ?? 0, dport: tuple.destinationPort ?? 0 };
  if (entry.protocol === 17) return { ...common, ...ends };
  // Only segments that the TCP state machine of conntrack takes.
  const flags =
    entry.state === 'SYN_SENT' ? (reply ? 0x12 : 2) : entry.state === 'SYN_RECV' && reply ? 0x12 : 0x10;
  if (entry.state !== 'SYN_SENT' && entry.state !== 'SYN_RECV' && entry.state !== 'ESTABLISHED') return null;
  return { ...common, ...ends, flags };
}

/** An error about a packet of a connection that exists, from the host that got it or from a router on its way. */
export function errorAbout(random: Random, entry: ConntrackEntry): SentPacket | null {
  const family = entry.family;
  const about = random.chance(0.7) ? entry.original : entry.reply;
  const other = about === entry.original ? entry.reply : entry.original;
  if (family === 'ip' && entry.protocol === 58) return null;
  // Where the packet went to, it carried the other tuple turned round.
  const ends = { source: other.destination, destination: other.source };
  const from = peerOf(ends.destination);
  const near = random.chance(0.7);
  const source = near || from === 'R' ? ends.destination : random.pick(sources[family][from]);
  const echo = entry.protocol === 1 || entry.protocol === 58;
  const request = family === 'ip' ? 8 : 128;
  const quoted: QuotedPacket = echo
    ? {
        ...ends,
        protocol: entry.protocol,
        type: about === entry.original ? request : family === 'ip' ? 0 : 129,
        id: other.icmpId ?? 7,
      }
    : {
        ...ends,
        protocol: entry.protocol,
        sport: other.destinationPort ?? 0,
        dport: other.sourcePort ?? 0,
      };
  // Some are for a host that sent nothing of the kind.
  const destination = random.chance(0.9) ? ends.source : random.pick(destinations[family]);
  // A raw socket sends what no other socket could: loopback addresses to the outside.
  if ((source.startsWith('127.') || source === '::1') && peerOf(destination) !== 'R') return null;
  const [type, code] =
    family === 'ip'
      ? random.pick([
          [3, 3],
          [3, 1],
          [11, 0],
          [12, 0],
        ] as const)
      : random.pick([
          [1, 4],
          [1, 3],
          [3, 0],
          [4, 0],
        ] as const);
  return {
    from,
    source,
    destination,
    protocol: family === 'ip' ? 1 : 58,
    type,
    code,
    quoted: random.chance(0.9) ? quoted : { ...quoted, protocol: 17, sport: 9, dport: 9 },
    ...macFor(from, destination),
  };
}

function quotedSpec(quoted: QuotedPacket): PacketSpec {
  const { protocol, source, destination, sport, dport, type, id } = quoted;
  return specOf({
    from: 'R',
    protocol,
    source,
    destination,
    ...(sport === undefined ? {} : { sport }),
    ...(dport === undefined ? {} : { dport }),
    ...(type === undefined ? {} : { type, code: 0 }),
    ...(id === undefined ? {} : { id }),
  });
}

export function specOf(packet: SentPacket): PacketSpec {
  const source = parseAddress(packet.source) ?? [];
  const six = source.length === 4;
  const head = six ? 40 : 20;
  const quotedLength = packet.quoted === undefined ? 0 : head + 8;
  const bodies: Readonly<Record<number, number>> = { 6: 20, 17: 8, 1: 8, 58: 8, 132: 32 };
  return {
    family: six ? 'ip6' : 'ip',
    protocol: packet.protocol,
    source,
    destination: parseAddress(packet.destination) ?? [],
    sourcePort: packet.sport ?? -1,
    destinationPort: packet.dport ?? -1,
    icmpType: packet.type ?? -1,
    icmpCode: packet.code ?? -1,
    icmpId: packet.type === undefined ? null : (packet.id ?? 7),
    tcpFlags: packet.protocol === 6 ? (packet.flags ?? 0) : null,
    mark: packet.mark ?? 0,
    state: null,
    length: head + (bodies[packet.protocol] ?? 8) + (packet.payload ?? 0) + quotedLength,
    ...(packet.quoted === undefined ? {} : { quoted: quotedSpec(packet.quoted) }),
    ttl: packet.ttl ?? 64,
    tos: packet.tos ?? 0,
  };
}

const devices: Readonly<Record<From, string | null>> = { A: 'ra', B: 'rb', C1: 'p1', C2: 'p2', R: null };

/** The interface that the router sees it come in by. */
export function deviceOf(from: From): string | null {
  return devices[from];
}
