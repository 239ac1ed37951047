/** The DNAT rules in a namespace's rule dumps, as far as telling a published port's needs them. */
import type { NamespaceState } from '../snapshot/schema.ts';
import { field, list, nftObjects } from './nft-dump.ts';

export interface DnatRule {
  readonly by: 'iptables' | 'nftables';
  readonly protocol: string | null;
  /** The address it matches; null for any. */
  readonly address: string | null;
  readonly ports: readonly (readonly [from: number, to: number])[];
  readonly toAddress: string;
  readonly toPort: number | null;
}

export function dnatRules(namespace: NamespaceState): readonly DnatRule[] {
  const rules: DnatRule[] = [];
  // Newer nft also lists what iptables-nft wrote; its own dump has said that already.
  const saved = new Set<string>();
  for (const { backend, family, text } of namespace.rulesets) {
    if (backend === 'nftables' || text === undefined) continue;
    if (backend === 'iptables-nft') saved.add(family);
    rules.push(...iptablesRules(text));
  }
  for (const { backend, text } of namespace.rulesets) {
    if (backend === 'nftables' && text !== undefined) rules.push(...nftablesRules(text, saved));
  }
  return rules;
}

function iptablesRules(text: string): readonly DnatRule[] {
  const rules: DnatRule[] = [];
  for (const line of text.split('\n')) {
    if (!line.includes('-j DNAT')) continue;
    const to =
      /--to-destination (?:\[([0-9a-fA-F:.]+)\]|([0-9.]+|[0-9a-fA-F:]+?))(?::(\d+)(?:-\d+)?)?(?:\s|$)/.exec(
        line,
      );
    const toAddress = to?.[1] ?? to?.[2];
    const ports = /(?<!! )--dports? ([\d:,]+)/.exec(line)?.[1];
    if (toAddress === undefined || ports === undefined) continue;
    rules.push({
      by: 'iptables',
      protocol: /(?<!! )-p (\S+)/.exec(line)?.[1] ?? null,
      address: /(?<!! )-d (\S+)/.exec(line)?.[1]?.replace(/\/(32|128)$/, '') ?? null,
      ports: ports.split(',').map((part) => {
        const [from, to] = part.split(':').map(Number);
        return [from ?? 0, to ?? from ?? 0];
      }),
      toAddress,
      toPort: to?.[3] === undefined ? null : Number(to[3]),
    });
  }
  return rules;
}

/** Rules and maps of `nft -j list ruleset` (libnftables-json(5)) that translate a port. */
function nftablesRules(text: string, saved: ReadonlySet<string>): readonly DnatRule[] {
  const objects = nftObjects(text);
  const maps = new Map<string, readonly unknown[]>();
  for (const object of objects) {
    const map = field(object, 'map');
    if (map !== undefined) maps.set(mapKey(map, String(field(map, 'name'))), list(field(map, 'elem')));
  }
  const rules: DnatRule[] = [];
  for (const object of objects) {
    const rule = field(object, 'rule');
    const expressions = list(field(rule, 'expr'));
    const dnat = expressions
      .map((expression) => field(expression, 'dnat'))
      .find((value) => value !== undefined);
    if (dnat === undefined) continue;
    if (field(rule, 'table') === 'nat' && saved.has(String(field(rule, 'family')))) continue;
    rules.push(...translationsOf(dnat, matchesOf(expressions), (name) => maps.get(mapKey(rule, name)) ?? []));
  }
  return rules;
}

function mapKey(of: unknown, name: string): string {
  return `${String(field(of, 'family'))} ${String(field(of, 'table'))} ${name}`;
}

interface Matches {
  protocol: string | null;
  address: string | null;
  ports: (readonly [number, number])[];
}

function matchesOf(expressions: readonly unknown[]): Matches {
  const matches: Matches = { protocol: null, address: null, ports: [] };
  for (const expression of expressions) {
    const match = field(expression, 'match');
    if (match === undefined || field(match, 'op') === '!=') continue;
    const right = field(match, 'right');
    const payload = field(field(match, 'left'), 'payload');
    if (field(payload, 'field') === 'dport') {
      const protocol = field(payload, 'protocol');
      if (typeof protocol === 'string' && protocol !== 'th') matches.protocol = protocol;
      matches.ports.push(...portsOf(right));
    } else if (field(payload, 'field') === 'daddr' && typeof right === 'string') {
      matches.address = right;
    } else if (field(field(field(match, 'left'), 'meta'), 'key') === 'l4proto' && typeof right === 'string') {
      matches.protocol = right;
    }
  }
  return matches;
}

function portsOf(right: unknown): readonly (readonly [number, number])[] {
  if (typeof right === 'number') return [[right, right]];
  const [from, to] = list(field(right, 'range'));
  if (typeof from === 'number' && typeof to === 'number') return [[from, to]];
  return list(field(right, 'set')).flatMap(portsOf);
}

function translationsOf(
  dnat: unknown,
  matches: Matches,
  elementsOf: (map: string) => readonly unknown[],
): readonly DnatRule[] {
  const address = field(dnat, 'addr');
  const port = field(dnat, 'port');
  if (typeof address === 'string') {
    return [
      { by: 'nftables', ...matches, toAddress: address, toPort: typeof port === 'number' ? port : null },
    ];
  }
  const data = field(field(address, 'map'), 'data');
  const elements = typeof data === 'string' ? elementsOf(data.replace(/^@/, '')) : list(field(data, 'set'));
  return elements.flatMap((element) => {
    const [key, value] = list(element);
    const keys = scalars(key);
    const values = scalars(value);
    const toAddress = values.find((part) => typeof part === 'string');
    const ports = keys.filter((part) => typeof part === 'number');
    if (typeof toAddress !== 'string') return [];
    const words = keys.filter((part) => typeof part === 'string');
    const toPort = values.find((part) => typeof part === 'number') ?? port;
    return [
      {
        by: 'nftables',
        protocol: words.find((word) => /^(tcp|udp|sctp)$/.test(word)) ?? matches.protocol,
        address: words.find((word) => /[.:]/.test(word)) ?? matches.address,
        ports: ports.length > 0 ? ports.map((number) => [number, number] as const) : matches.ports,
        toAddress,
        toPort: typeof toPort === 'number' ? toPort : null,
      } satisfies DnatRule,
    ];
  });
}

function scalars(value: unknown): readonly (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value];
  return list(field(value, 'concat')).flatMap(scalars);
}
