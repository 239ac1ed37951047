/** One namespace as the evaluation sees it: routing, addresses, bridges, sysctls, sets and conntrack entries. */
import type { LinkState, NamespaceState } from '../../snapshot/schema.ts';
import {
  equalWords,
  type Family,
  formatAddress,
  inPrefix,
  parseAddress,
  parsePrefix,
  type Words,
} from '../address.ts';
import { type AddressType, addressTypes } from '../extension.ts';
import { ConntrackIndex } from './conntrack.ts';
import { type IpSet, parseIpsets } from './ipset.ts';
import { type Route, Routing } from './routing.ts';

interface LocalAddress {
  readonly words: Words;
  readonly cidr: string;
  readonly scope: string;
  readonly secondary: boolean;
}

export class NamespaceView {
  readonly state: NamespaceState;
  readonly conntrack: ConntrackIndex;
  readonly ipsets: ReadonlyMap<string, IpSet>;
  private readonly routings: Readonly<Record<Family, Routing>>;
  private readonly linksByName = new Map<string, LinkState>();
  private readonly linksByIndex = new Map<number, LinkState>();
  private readonly localAddresses = new Set<string>();
  private readonly types = new Map<string, AddressType>();

  constructor(state: NamespaceState) {
    this.state = state;
    this.conntrack = new ConntrackIndex(state.conntrack);
    this.ipsets = parseIpsets(state.ipsets ?? '');
    this.routings = { ip: new Routing(state, 'ip'), ip6: new Routing(state, 'ip6') };
    for (const link of state.links) {
      this.linksByName.set(link.name, link);
      this.linksByIndex.set(link.index, link);
      for (const address of link.addresses) this.localAddresses.add(plainAddress(address.cidr));
    }
  }

  routing(family: Family): Routing {
    return this.routings[family];
  }

  /** An address of one of the namespace's links (not merely routed as local). */
  ownsAddress(words: Words): boolean {
    return this.localAddresses.has(formatAddress(words));
  }

  link(name: string): LinkState | undefined {
    return this.linksByName.get(name);
  }

  /** The bridge that a link is a port of. */
  bridgeOf(name: string): LinkState | null {
    const master = this.linksByName.get(name)?.master;
    const link = master === undefined ? undefined : this.linksByIndex.get(master);
    return link?.kind === 'bridge' ? link : null;
  }

  sysctl(name: string): string | undefined {
    return this.state.sysctls[name];
  }

  /** A per-device IPv4 sysctl of which `all` and the device's own count, the greater one. */
  deviceSysctl(name: string, device: string): number {
    const all = Number(this.sysctl(`net.ipv4.conf.all.${name}`) ?? 0);
    const own = Number(this.sysctl(`net.ipv4.conf.${device}.${name}`) ?? 0);
    return Math.max(all, own);
  }

  /** inet_addr_type: `local`, `broadcast`, `multicast` or `unicast`; IPv6 by a route lookup (xt_addrtype.c). */
  addressType(words: Words, device: string | null): AddressType {
    const key = `${device ?? ''} ${words.join(' ')}`;
    const known = this.types.get(key);
    if (known !== undefined) return known;
    const type = words.length === 1 ? this.type4(words, device) : this.type6(words, device);
    if (this.types.size < 65_536) this.types.set(key, type);
    return type;
  }

  private type4(words: Words, device: string | null): AddressType {
    const [word = 0] = words;
    if (word === 0 || word === 0xffffffff) return 'broadcast';
    if (word >>> 28 === 0xe) return 'multicast';
    const route = this.routings.ip.local(words, device);
    return route === null ? 'unicast' : typeOf(route);
  }

  private type6(words: Words, device: string | null): AddressType {
    const routing = this.routings.ip6;
    const query = {
      source: null,
      destination: words,
      mark: 0,
      in: '',
      protocol: 0,
      sourcePort: 0,
      destinationPort: 0,
      tos: 0,
    };
    if (device !== null) {
      // With a device only its own addresses are local, whatever the route.
      if (this.addresses(device, 'ip6').some((address) => equalWords(address.words, words))) return 'local';
      const route = routing.lookup(query);
      return route?.type === 'unicast' && route.hops.some((hop) => hop.device === device)
        ? 'unicast'
        : 'unreachable';
    }
    const found = routing.local(words, null) ?? routing.lookup(query);
    return found === null ? 'unreachable' : typeOf(found);
  }

  /** Addresses of a link, in the kernel's order. */
  addresses(device: string, family: Family): readonly LocalAddress[] {
    const list: LocalAddress[] = [];
    for (const { cidr, scope, flags } of this.linksByName.get(device)?.addresses ?? []) {
      const words = parseAddress(plainAddress(cidr));
      if (words === null || (words.length === 1) !== (family === 'ip')) continue;
      list.push({ words, cidr, scope, secondary: flags.includes('secondary') });
    }
    return list;
  }

  /** The address that MASQUERADE takes for a packet to `destination` that leaves by `device` to `nextHop`. */
  masqueradeAddress(device: string, nextHop: Words, destination: Words): Words | null {
    return destination.length === 4 ? this.sourceFor6(device, destination) : this.sourceFor4(device, nextHop);
  }

  /** ipv6_dev_get_saddr, the rules of RFC 6724 section 5 that static addresses differ in. */
  private sourceFor6(device: string, destination: Words): Words | null {
    const wanted = isLinkLocal6(destination) ? 'link' : 'global';
    let best: Words | null = null;
    let bestScore = -1;
    for (const link of this.state.links) {
      for (const { words, scope } of this.addresses(link.name, 'ip6')) {
        const same = equalWords(words, destination) ? 1024 : 0;
        // The loopback address is for packets to itself alone.
        if (scope === 'host' && same === 0) continue;
        const scoped = scope === wanted ? 512 : 0;
        const outgoing = link.name === device ? 256 : 0;
        const score = same + scoped + outgoing + commonBits(words, destination);
        if (score <= bestScore) continue;
        best = words;
        bestScore = score;
      }
    }
    return best;
  }

  /** inet_select_addr */
  private sourceFor4(device: string, nextHop: Words): Words | null {
    const family = 'ip';
    const usable = (address: LocalAddress) => !address.secondary && address.scope === 'global';
    const own = this.addresses(device, family).filter(usable);
    const near = own.find((address) => {
      const prefix = parsePrefix(address.cidr, family);
      return prefix !== null && inPrefix(nextHop, prefix);
    });
    const chosen = near ?? own[0];
    if (chosen !== undefined) return chosen.words;
    for (const link of this.state.links) {
      const other = this.addresses(link.name, family).find(usable);
      if (other !== undefined) return other.words;
    }
    return null;
  }

  /** The bridge port behind which an address is, by neighbours and the forwarding database; null when not known. */
  portTowards(bridge: LinkState, words: Words): string | null {
    const text = formatAddress(words);
    const neighbour = this.state.neighbours.find(
      (entry) => entry.interfaceIndex === bridge.index && entry.address === text,
    );
    if (neighbour?.mac === undefined) return null;
    const { mac } = neighbour;
    const entry = this.state.fdb.find(
      (candidate) =>
        candidate.mac === mac &&
        (candidate.master === undefined || candidate.master === bridge.index) &&
        candidate.state !== 'permanent',
    );
    return entry?.interface ?? null;
  }
}

function isLinkLocal6(words: Words): boolean {
  return ((words[0] ?? 0) & 0xffc00000) >>> 0 === 0xfe800000;
}

/** Bits that two addresses have in common in front. */
function commonBits(a: Words, b: Words): number {
  let bits = 0;
  for (let index = 0; index < a.length; index++) {
    const same = Math.clz32((a[index] ?? 0) ^ (b[index] ?? 0));
    bits += same;
    if (same < 32) break;
  }
  return bits;
}

export function plainAddress(cidr: string): string {
  const slash = cidr.indexOf('/');
  return slash === -1 ? cidr : cidr.slice(0, slash);
}

function typeOf(route: Route): AddressType {
  return addressTypes.find((type) => type === route.type) ?? 'unicast';
}
