/** `ipset save` output: sets, and whether a packet is in one (net/netfilter/ipset/). */
import {
  compareWords,
  type Family,
  inPrefix,
  lengthOf,
  maskOf,
  maskWords,
  type Prefix,
  parseAddress,
  parsePrefix,
  type Words,
} from '../address.ts';
import { deviceMatches } from '../devices.ts';
import type { Packet } from '../packet.ts';
import { protocol, protocolNumber } from '../protocols.ts';

type Dimension = 'src' | 'dst';

/** One part of an element: what it asks of the packet, and how specific it is. */
interface Part {
  readonly bits: number;
  matches(packet: Packet, dimension: Dimension): boolean | null;
}

interface Element {
  readonly parts: readonly Part[];
  readonly nomatch: boolean;
}

export interface IpSet {
  readonly name: string;
  /** `hash:net,port` as its kinds: `net`, `port`. */
  readonly kinds: readonly string[];
  readonly elements: readonly Element[];
  /** Members of a `list:set`. */
  readonly sets: readonly string[];
}

function addressOf(packet: Packet, dimension: Dimension): Words {
  return dimension === 'src' ? packet.source : packet.destination;
}

function prefixPart(prefix: Prefix): Part {
  return {
    bits: lengthOf(prefix.mask) ?? 0,
    matches: (packet, dimension) => inPrefix(addressOf(packet, dimension), prefix),
  };
}

function addressPart(text: string, family: Family, netmask: number | null): Part | null {
  const dash = text.indexOf('-');
  if (dash !== -1) {
    const from = parseAddress(text.slice(0, dash));
    const to = parseAddress(text.slice(dash + 1));
    if (from === null || to === null) return null;
    return {
      bits: 0,
      matches(packet, dimension) {
        const own = addressOf(packet, dimension);
        return own.length === from.length && compareWords(own, from) >= 0 && compareWords(own, to) <= 0;
      },
    };
  }
  const prefix = parsePrefix(text, family);
  if (prefix === null) return null;
  if (netmask === null) return prefixPart(prefix);
  const mask = maskOf(netmask, family);
  return prefixPart({ words: maskWords(prefix.words, mask), mask });
}

const withPorts: readonly number[] = [
  protocol.tcp,
  protocol.udp,
  protocol.sctp,
  protocol.udplite,
  protocol.dccp,
];

/** `80`, `tcp:80`, `udp:53-60`; a number alone is TCP, except in a bitmap of ports, which has no protocol. */
function portPart(text: string, bitmap: boolean): Part | null {
  const match = /^(?:([a-z0-9-]+):)?(\d+)(?:-(\d+))?$/i.exec(text);
  if (match === null) return null;
  const number = bitmap ? null : match[1] === undefined ? protocol.tcp : protocolNumber(match[1]);
  const from = Number(match[2]);
  const to = Number(match[3] ?? match[2]);
  return {
    bits: 0,
    matches(packet, dimension) {
      if (number !== null && packet.protocol !== number) return false;
      if (!withPorts.includes(packet.protocol)) return number === null ? false : from === 0;
      const own = dimension === 'src' ? packet.sourcePort : packet.destinationPort;
      return own >= from && own <= to;
    },
  };
}

function devicePart(text: string): Part {
  const physical = text.startsWith('physdev:');
  const name = physical ? text.slice('physdev:'.length) : text;
  return {
    bits: 0,
    matches(packet, dimension) {
      const bridge = packet.bridge;
      if (!physical) return deviceMatches(name, dimension === 'src' ? packet.in : packet.out);
      if (bridge === null) return false;
      const port = dimension === 'src' ? bridge.inPort : bridge.outPort;
      return port === null ? null : deviceMatches(name, port);
    },
  };
}

function markPart(text: string): Part {
  const value = Number(text);
  return { bits: 0, matches: (packet) => packet.mark === value };
}

/** A part of which a packet's description says nothing. */
const undescribed: Part = { bits: 0, matches: () => null };

function partOf(
  kind: string,
  text: string,
  family: Family,
  bitmap: boolean,
  netmask: number | null,
): Part | null {
  switch (kind) {
    case 'ip':
    case 'net':
      return addressPart(text, family, netmask);
    case 'port':
      return portPart(text, bitmap);
    case 'iface':
      return devicePart(text);
    case 'mark':
      return markPart(text);
    default:
      return undescribed;
  }
}

interface Draft {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly family: Family;
  readonly bitmap: boolean;
  readonly netmask: number | null;
  readonly elements: Element[];
  readonly sets: string[];
}

function create(words: readonly string[]): Draft | null {
  const [, name, type = ''] = words;
  const [method, kinds] = type.split(':');
  if (name === undefined || kinds === undefined) return null;
  const netmask = words.indexOf('netmask');
  return {
    name,
    kinds: kinds.split(','),
    family: words[words.indexOf('family') + 1] === 'inet6' && words.includes('family') ? 'ip6' : 'ip',
    bitmap: method === 'bitmap',
    netmask: netmask === -1 ? null : Number(words[netmask + 1]),
    elements: [],
    sets: [],
  };
}

function add(draft: Draft, words: readonly string[]): void {
  const text = words[2] ?? '';
  if (draft.kinds[0] === 'set') {
    draft.sets.push(text);
    return;
  }
  const texts = text.split(',');
  const parts = draft.kinds.map((kind, index) =>
    partOf(kind, texts[index] ?? '', draft.family, draft.bitmap, draft.netmask),
  );
  draft.elements.push({
    parts: parts.map((part) => part ?? undescribed),
    nomatch: words.includes('nomatch'),
  });
}

/** Parses `ipset save`. Lines that are not understood are left out of their set. */
export function parseIpsets(text: string): ReadonlyMap<string, IpSet> {
  const sets = new Map<string, Draft>();
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'create') {
      const draft = create(words);
      if (draft !== null) sets.set(draft.name, draft);
    } else if (words[0] === 'add') {
      const draft = sets.get(words[1] ?? '');
      if (draft !== undefined) add(draft, words);
    }
  }
  return sets;
}

/** Deeper lists of lists are not followed; the kernel allows none. */
const listDepth = 4;

/**
 * Whether the packet is in the set; null where its description does not say. The most specific element decides, and
 * says no when it is marked `nomatch`.
 */
export function isMember(
  sets: ReadonlyMap<string, IpSet>,
  set: IpSet,
  packet: Packet,
  dimensions: readonly Dimension[],
  depth = 0,
): boolean | null {
  let unknown = false;
  if (set.kinds[0] === 'set') {
    for (const name of set.sets) {
      const member = sets.get(name);
      if (member === undefined || depth >= listDepth) unknown = true;
      else {
        const answer = isMember(sets, member, packet, dimensions, depth + 1);
        if (answer === true) return true;
        if (answer === null) unknown = true;
      }
    }
    return unknown ? null : false;
  }
  // Fewer directions than the set has parts never match.
  if (dimensions.length < set.kinds.length) return false;
  let best = -1;
  let found = false;
  for (const element of set.elements) {
    const answers = element.parts.map((part, index) => part.matches(packet, dimensions[index] ?? 'src'));
    if (answers.includes(false)) continue;
    if (answers.includes(null)) {
      unknown = true;
      continue;
    }
    const bits = element.parts.reduce((sum, part) => sum + part.bits, 0);
    if (bits > best) {
      best = bits;
      found = !element.nomatch;
    }
  }
  return unknown ? null : found;
}
