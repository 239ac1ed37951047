/** The rule dumps of a snapshot, parsed once, however often the snapshot around them is taken anew. */
import type { HostSnapshot, NamespaceState, RulesetDump } from '../snapshot/schema.ts';
import type { Table } from './model.ts';
import { parseNftDump } from './nftables/parse.ts';
import { isNftTable, type NftTable, type RuleTable } from './nftables/table.ts';
import { parseDump } from './parse/dump.ts';
import type { ParseError } from './rule.ts';
import { ShadowCache, type Shadows } from './shadow.ts';

/** Dumps that are kept; more namespaces with rules than this are parsed again when they come round. */
const cacheLimit = 512;

const noShadows: Shadows = new Map();

export interface ParsedRules {
  readonly tables: readonly RuleTable[];
  readonly errors: readonly ParseError[];
}

function parse(dump: RulesetDump, text: string): ParsedRules {
  if (dump.backend === 'nftables') return parseNftDump(text);
  const family = dump.family === 'inet' ? undefined : dump.family;
  return parseDump(
    text,
    family === undefined ? { backend: dump.backend } : { backend: dump.backend, family },
  );
}

export class RulesetCache {
  private readonly shadows = new ShadowCache();
  private readonly parsed = new Map<string, ParsedRules>();

  /** Tables of a dump; nothing for one that could not be read. */
  parse(dump: RulesetDump): ParsedRules {
    if (dump.text === undefined) return { tables: [], errors: [] };
    const key = `${dump.backend} ${dump.family} ${dump.text}`;
    const known = this.parsed.get(key);
    if (known !== undefined) return known;
    const fresh = parse(dump, dump.text);
    if (this.parsed.size >= cacheLimit) this.parsed.clear();
    this.parsed.set(key, fresh);
    return fresh;
  }

  /** Rules that an earlier one leaves nothing for. Of native nftables nothing is known. */
  shadowsOf(namespace: string, table: RuleTable): Shadows {
    if (isNftTable(table)) return noShadows;
    return this.shadows.of(`${namespace} ${table.backend} ${tableKey(table)}`, table);
  }

  /** Every table of a namespace, over all backends, in the order in which they were made as far as it is known. */
  tables(namespace: Pick<NamespaceState, 'rulesets'>): readonly RuleTable[] {
    return withoutCopies(namespace.rulesets.flatMap((dump) => this.parse(dump).tables));
  }
}

function tableKey({ family, name }: Table): string {
  return `${family} ${name}`;
}

/**
 * nft also lists the tables that iptables-nft made, with arguments of its extensions missing: those are taken from
 * iptables-save. What nft knows besides is when they were made.
 */
function withoutCopies(tables: readonly RuleTable[]): readonly RuleTable[] {
  const saved = new Set(tables.filter((table) => table.backend === 'iptables-nft').map(tableKey));
  const native = tables.filter(isNftTable);
  if (native.length === 0) return tables;
  const handles = new Map(native.map((table: NftTable) => [tableKey(table), table.handle]));
  const made = (table: RuleTable) =>
    table.backend === 'iptables-legacy' ? 0 : (handles.get(tableKey(table)) ?? 0);
  return tables
    .filter((table) => !isNftTable(table) || !saved.has(tableKey(table)))
    .toSorted((a, b) => made(a) - made(b));
}

/** A table and the name of the namespace that has it. */
export interface NamespaceTable extends Table {
  readonly namespace: string;
}

/** Every table of these namespaces that could be read. */
export function namespaceTables(
  namespaces: readonly Pick<NamespaceState, 'id' | 'rulesets'>[],
  nameOf: (namespaceId: string) => string,
  cache: RulesetCache,
): readonly NamespaceTable[] {
  return namespaces.flatMap((namespace) =>
    cache.tables(namespace).map((table) => ({ ...table, namespace: nameOf(namespace.id) })),
  );
}

/** With the rules that others leave nothing for. */
export interface ReportedTable extends NamespaceTable {
  readonly shadows: Shadows;
}

/** Every table of every namespace, and what could not be read, in the tools' words. */
export function rulesReport(
  snapshot: HostSnapshot,
  nameOf: (namespaceId: string) => string,
  cache: RulesetCache = new RulesetCache(),
): { readonly tables: readonly ReportedTable[]; readonly errors: readonly string[] } {
  const tables: ReportedTable[] = [];
  const errors: string[] = [];
  for (const namespace of snapshot.namespaces) {
    const name = nameOf(namespace.id);
    for (const table of cache.tables(namespace)) {
      tables.push({ ...table, namespace: name, shadows: cache.shadowsOf(name, table) });
    }
    for (const dump of namespace.rulesets) {
      if (dump.error !== undefined) errors.push(`${name}: ${dump.backend} (${dump.family}): ${dump.error}`);
      for (const { line, text, why } of cache.parse(dump).errors) {
        errors.push(`${name}: ${dump.backend} (${dump.family}), line ${line}: ${why}: ${text}`);
      }
    }
  }
  return { tables, errors };
}
