/** What writes snapshots needs of their form; `schema.ts`, which reads them, takes longer to load. */
import type { NamespaceState } from './schema.ts';

export const snapshotSchemaName = 'netscope.snapshot/1';

/** A namespace of which no more is known than `known`. */
export function createNamespaceState(
  known: Pick<NamespaceState, 'id'> & Partial<NamespaceState>,
): NamespaceState {
  return {
    host: false,
    sources: [],
    names: [],
    paths: [],
    processes: [],
    holders: [],
    nsids: [],
    links: [],
    routes: [],
    policyRules: [],
    neighbours: [],
    fdb: [],
    mdb: [],
    listeners: [],
    sysctls: {},
    counters: {},
    rulesets: [],
    conntrack: [],
    unreadable: [],
    ...known,
  };
}
