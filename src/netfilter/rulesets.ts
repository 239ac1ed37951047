/** The rule dumps of a snapshot, parsed once, however often the snapshot around them is taken anew. */
import type { HostSnapshot, NamespaceState, RulesetDump } from '../snapshot/schema.ts';
import type { Table } from './model.ts';
import { type ParsedDump, parseDump } from './parse/dump.ts';
import type { ParsedTable } from './rule.ts';

/** Dumps that are kept; more namespaces with rules than this are parsed again when they come round. */
const cacheLimit = 512;

export class RulesetCache {
  private readonly parsed = new Map<string, ParsedDump>();

  /** Tables of an iptables dump; nothing for one that could not be read. */
  parse(dump: RulesetDump): ParsedDump {
    if (dump.text === undefined || dump.backend === 'nftables') return { tables: [], errors: [] };
    const family = dump.family === 'inet' ? undefined : dump.family;
    const key = `${dump.backend} ${dump.family} ${dump.text}`;
    const known = this.parsed.get(key);
    if (known !== undefined) return known;
    const fresh = parseDump(
      dump.text,
      family === undefined ? { backend: dump.backend } : { backend: dump.backend, family },
    );
    if (this.parsed.size >= cacheLimit) this.parsed.clear();
    this.parsed.set(key, fresh);
    return fresh;
  }

  /** Every table of a namespace, over all backends. */
  tables(namespace: NamespaceState): readonly ParsedTable[] {
    return namespace.rulesets.flatMap((dump) => this.parse(dump).tables);
  }
}

/** A table and the name of the namespace that has it. */
export interface NamespaceTable extends Table {
  readonly namespace: string;
}

/** Every table of every namespace, and what could not be read, in the tools' words. */
export function rulesReport(
  snapshot: HostSnapshot,
  nameOf: (namespaceId: string) => string,
  cache: RulesetCache = new RulesetCache(),
): { readonly tables: readonly NamespaceTable[]; readonly errors: readonly string[] } {
  const tables: NamespaceTable[] = [];
  const errors: string[] = [];
  for (const namespace of snapshot.namespaces) {
    const name = nameOf(namespace.id);
    for (const dump of namespace.rulesets) {
      if (dump.error !== undefined) errors.push(`${name}: ${dump.backend} (${dump.family}): ${dump.error}`);
      const parsed = cache.parse(dump);
      for (const table of parsed.tables) tables.push({ ...table, namespace: name });
      for (const { line, text, why } of parsed.errors) {
        errors.push(`${name}: ${dump.backend} (${dump.family}), line ${line}: ${why}: ${text}`);
      }
    }
  }
  return { tables, errors };
}
