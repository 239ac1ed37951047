/** Tables of nftables as they are kept: what is shown of them, and their statements as nft's JSON has them. */
import type { Table } from '../model.ts';
import type { ParsedTable } from '../rule.ts';
import type { Elements } from './lookup.ts';

/** Where a base chain hangs. */
export interface ChainBase {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
  /** Of chains on ingress: the devices that they hang on. */
  readonly devices: readonly string[];
}

export interface NftTable extends Table {
  readonly backend: 'nftables';
  /** Grows with every table that is made in the namespace; 0 where the dump does not say. */
  readonly handle: number;
  /** `flags dormant`: its chains are not hooked in. */
  readonly dormant: boolean;
  /** By chain, in the order of `Chain.rules`: the statements of each rule. */
  readonly bodies: ReadonlyMap<string, readonly (readonly unknown[])[]>;
  readonly bases: ReadonlyMap<string, ChainBase>;
  /** Sets and maps. */
  readonly sets: ReadonlyMap<string, Elements>;
  /** Base chains in the order in which they were made. */
  readonly order: readonly string[];
}

/** A table of any backend. */
export type RuleTable = ParsedTable | NftTable;

export function isNftTable(table: RuleTable): table is NftTable {
  return 'bodies' in table;
}
