/** The columns that the list of each view can have, without anything to list. */
import type { Topology } from '../../topology/model.ts';
import type { ViewName } from '../keymap.ts';
import type { ColumnInfo } from '../state/columns.ts';
import { createTheme } from '../theme.ts';
import { flowColumns } from './flows/cells.ts';
import { packetColumns } from './packets/cells.ts';
import { problemColumns } from './problems/cells.ts';
import { ruleColumns } from './rules/cells.ts';
import { topologyColumns } from './topology/columns.ts';

const theme = createTheme({ depth: 'none', ascii: true });

const nothing: Topology = {
  schema: 'netscope.topology/1',
  host: { hostname: '', kernel: '', engines: [] },
  namespaces: [],
  bridges: [],
  publishedPorts: [],
  systems: [],
  stoppedContainers: [],
  warnings: [],
};

const columns: Readonly<Record<ViewName, () => readonly ColumnInfo[]>> = {
  topology: () => topologyColumns(nothing, [], new Map(), new Set(), theme),
  flows: () => flowColumns(theme),
  packets: () => packetColumns(0, 0),
  rules: () => ruleColumns(true, theme.symbols),
  problems: () => problemColumns(theme.symbols),
  // Their sections have columns of their own, which are not chosen.
  statistics: () => [],
  diagnose: () => [],
};

export function columnsOf(view: ViewName): readonly ColumnInfo[] {
  return columns[view]();
}
