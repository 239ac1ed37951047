/** `--rules [NS=]FILE`: rule dumps that the user has, for captures that carry none. */
import { existsSync } from 'node:fs';
import { createNamespaceState } from '../snapshot/create.ts';
import type { HostSnapshot, NamespaceState, RulesetDump } from '../snapshot/schema.ts';
import { readText } from './files.ts';

export interface RulesFile {
  /** Name of a namespace: `host`, or one that the snapshot has. */
  readonly namespace: string;
  readonly file: string;
}

/** `[NS=]FILE`. What names a file as a whole is a file, also with a `=` in its name. */
export function parseRulesFile(text: string): RulesFile {
  const equals = text.indexOf('=');
  if (equals < 0 || existsSync(text)) return { namespace: 'host', file: text };
  return { namespace: text.slice(0, equals), file: text.slice(equals + 1) };
}

/**
 * The snapshot with the dumps in place of the rules that it has for those namespaces.
 *
 * @throws NetscopeError (unreadable) when a file cannot be read.
 */
export function addRules(snapshot: HostSnapshot, files: readonly RulesFile[]): HostSnapshot {
  if (files.length === 0) return snapshot;
  const namespaces = [...snapshot.namespaces];
  const replaced = new Set<string>();
  for (const { namespace, file } of files) {
    const dump = dumpOf(readText(file, 'read the rules'));
    let at = namespaces.findIndex((candidate) => isNamed(candidate, namespace));
    if (at < 0) at = namespaces.push(emptyNamespace(namespace, namespaces.length)) - 1;
    const known = namespaces[at];
    if (known === undefined) continue;
    const kept = replaced.has(known.id) ? known.rulesets : [];
    replaced.add(known.id);
    namespaces[at] = { ...known, rulesets: [...kept, dump] };
  }
  return { ...snapshot, namespaces };
}

/** nft dumps are JSON; of iptables dumps the parser tells the family, table by table. */
function dumpOf(text: string): RulesetDump {
  return { backend: text.trimStart().startsWith('{') ? 'nftables' : 'iptables-nft', family: 'inet', text };
}

function isNamed(namespace: NamespaceState, name: string): boolean {
  if (name === 'host') return namespace.host;
  return namespace.names.includes(name) || namespace.id === name;
}

function emptyNamespace(name: string, number: number): NamespaceState {
  return createNamespaceState({
    id: `net:[${number}]`,
    host: name === 'host',
    names: name === 'host' ? [] : [name],
  });
}
