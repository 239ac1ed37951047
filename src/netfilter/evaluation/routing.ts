/** The routing decision, from the snapshot's routes, policy rules and addresses (fib_rules.c, fib_trie.c, route.c). */
import type { LinkState, NamespaceState, PolicyRule, RouteState } from '../../snapshot/schema.ts';
import {
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

export interface RouteQuery {
  readonly source: Words | null;
  readonly destination: Words;
  readonly mark: number;
  /** Empty for packets that the namespace sends itself. */
  readonly in: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tos: number;
}

export interface NextHop {
  readonly device: string;
  readonly gateway: Words | null;
}

export interface Route {
  /** rtm_type. */
  readonly type: string;
  readonly hops: readonly NextHop[];
  readonly preferredSource: Words | null;
  readonly prefixLength: number;
}

interface FibEntry {
  readonly prefix: Prefix;
  readonly length: number;
  readonly metric: number;
  /** `from` of a source-specific route. */
  readonly from: Prefix | null;
  readonly route: Route;
}

const localTable = 255;
const mainTable = 254;
const defaultTable = 253;

/** The rules that a namespace starts with. */
const usualRules: readonly Pick<PolicyRule, 'priority' | 'table'>[] = [
  { priority: 0, table: localTable },
  { priority: 32766, table: mainTable },
  { priority: 32767, table: defaultTable },
];

function wholeRange(family: Family): Prefix {
  const mask = maskOf(0, family);
  return { words: mask, mask };
}

function entryOf(route: RouteState, family: Family): FibEntry | null {
  const prefix =
    route.destination === 'default' ? wholeRange(family) : parsePrefix(route.destination, family);
  if (prefix === null) return null;
  const gateway = (text: string | undefined) => (text === undefined ? null : parseAddress(text));
  const hops: NextHop[] =
    route.nexthops !== undefined && route.nexthops.length > 0
      ? route.nexthops.map((hop) => ({ device: hop.interface ?? '', gateway: gateway(hop.gateway) }))
      : [{ device: route.interface ?? '', gateway: gateway(route.gateway) }];
  const from = route.source === undefined ? null : parsePrefix(route.source, family);
  const length = lengthOf(prefix.mask) ?? 0;
  return {
    prefix,
    length,
    metric: route.metric,
    from: from !== null && lengthOf(from.mask) === 0 ? null : from,
    route: { type: route.type, hops, preferredSource: gateway(route.preferredSource), prefixLength: length },
  };
}

/** What the kernel puts into the local table for an address of a link. */
function localEntries(link: LinkState, family: Family): readonly RouteState[] {
  const make = (destination: string, type: string): RouteState => ({
    family,
    destination,
    type,
    interface: link.name,
    table: localTable,
    metric: 0,
    protocol: 'kernel',
    scope: 'host',
    flags: [],
  });
  const entries: RouteState[] = [];
  for (const { cidr } of link.addresses) {
    const [text = '', bits = ''] = cidr.split('/');
    const words = parseAddress(text);
    if (words === null || (words.length === 1) !== (family === 'ip')) continue;
    entries.push(make(text, 'local'));
    if (family === 'ip6' || link.name === 'lo') continue;
    const length = Number(bits);
    if (length < 31) {
      const mask = maskOf(length, 'ip');
      const network = maskWords(words, mask);
      const last = ((network[0] ?? 0) | ~(mask[0] ?? 0)) >>> 0;
      entries.push(make([24, 16, 8, 0].map((shift) => (last >>> shift) & 255).join('.'), 'broadcast'));
    }
  }
  if (link.name === 'lo' && family === 'ip') entries.push(make('127.0.0.0/8', 'local'));
  return entries;
}

export class Routing {
  readonly family: Family;
  private readonly tables = new Map<number, FibEntry[]>();
  private readonly rules: readonly PolicyRule[];
  /** True when only the destination decides, so that answers can be kept. */
  private readonly plain: boolean;
  private readonly cache = new Map<string, Route | null>();

  constructor(namespace: NamespaceState, family: Family) {
    this.family = family;
    const own = namespace.routes.filter((route) => route.family === family);
    const hasLocal = own.some((route) => route.table === localTable);
    const derived = hasLocal ? [] : namespace.links.flatMap((link) => localEntries(link, family));
    for (const route of [...own, ...derived]) {
      const entry = entryOf(route, family);
      if (entry === null) continue;
      const table = this.tables.get(route.table);
      if (table === undefined) this.tables.set(route.table, [entry]);
      else table.push(entry);
    }
    for (const table of this.tables.values())
      table.sort((a, b) => b.length - a.length || a.metric - b.metric);
    const given = namespace.policyRules.filter((rule) => rule.family === family);
    const rules: PolicyRule[] =
      given.length > 0
        ? given
        : usualRules.map((rule) => ({ ...rule, family, action: 'to_tbl', invert: false }));
    this.rules = rules.toSorted((a, b) => a.priority - b.priority);
    const noSources = [...this.tables.values()].every((table) => table.every((entry) => entry.from === null));
    this.plain = noSources && this.rules.every((rule) => isPlain(rule));
  }

  /** The route that the namespace's rules give; null when none fits. */
  lookup(query: RouteQuery): Route | null {
    if (!this.plain) return this.search(query);
    const key = query.destination.join(' ');
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const route = this.search(query);
    if (this.cache.size < 65_536) this.cache.set(key, route);
    return route;
  }

  private search(query: RouteQuery): Route | null {
    for (let index = 0; index < this.rules.length; index++) {
      const rule = this.rules[index];
      if (rule === undefined || !ruleMatches(rule, query, this.family)) continue;
      if (rule.action === 'goto') {
        const target = this.rules.findIndex((other) => other.priority === rule.gotoPriority);
        if (target > index) index = target - 1;
        continue;
      }
      if (rule.action === 'nop') continue;
      if (rule.action !== 'to_tbl') {
        return { type: rule.action, hops: [], preferredSource: null, prefixLength: 0 };
      }
      const found = this.inTable(rule.table ?? mainTable, query.destination, query.source);
      if (found === null || found.type === 'throw') continue;
      const limit = rule.suppressPrefixLength;
      if (limit !== undefined && limit >= 0 && found.prefixLength <= limit) continue;
      return found;
    }
    return null;
  }

  /** Longest prefix in one table. */
  private inTable(table: number, destination: Words, source: Words | null): Route | null {
    for (const entry of this.tables.get(table) ?? []) {
      if (!inPrefix(destination, entry.prefix)) continue;
      if (entry.from !== null && (source === null || !inPrefix(source, entry.from))) continue;
      return entry.route;
    }
    return null;
  }

  /** The entry of the local table, as address types are looked up; with `device`, of that device only. */
  local(destination: Words, device: string | null): Route | null {
    const route = this.inTable(localTable, destination, null);
    if (route === null || device === null) return route;
    return route.hops.some((hop) => hop.device === device) ? route : null;
  }
}

function isPlain(rule: PolicyRule): boolean {
  return (
    rule.source === undefined &&
    rule.mark === undefined &&
    rule.inInterface === undefined &&
    rule.outInterface === undefined &&
    rule.protocol === undefined &&
    rule.sourcePorts === undefined &&
    rule.destinationPorts === undefined &&
    (rule.tos === undefined || rule.tos === 0) &&
    rule.uids === undefined
  );
}

function within(ports: readonly [number, number] | undefined, port: number): boolean {
  return ports === undefined || (port >= ports[0] && port <= ports[1]);
}

function ruleMatches(rule: PolicyRule, query: RouteQuery, family: Family): boolean {
  const inside = (text: string | undefined, words: Words | null) => {
    if (text === undefined || text === 'all' || text === 'default') return true;
    const prefix = parsePrefix(text, family);
    return prefix === null || (words !== null && inPrefix(words, prefix));
  };
  // A mask of 0 with mark 0 asks for nothing; a mark without mask is compared whole.
  const mask = rule.markMask ?? 0xffffffff;
  const mark = rule.mark === undefined || ((query.mark ^ rule.mark) & mask) === 0;
  // Packets that the namespace sends come "in" by lo.
  const inDevice = rule.inInterface === undefined || rule.inInterface === (query.in === '' ? 'lo' : query.in);
  const yes =
    inside(rule.source, query.source) &&
    inside(rule.destination, query.destination) &&
    mark &&
    inDevice &&
    rule.outInterface === undefined &&
    rule.uids === undefined &&
    (rule.protocol === undefined || rule.protocol === 0 || rule.protocol === query.protocol) &&
    within(rule.sourcePorts, query.sourcePort) &&
    within(rule.destinationPorts, query.destinationPort) &&
    (rule.tos === undefined || rule.tos === 0 || rule.tos === query.tos);
  return yes !== rule.invert;
}
