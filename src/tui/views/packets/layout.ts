/** Where the three panes of the packets view are. */
import type { Area } from '../../components/split.ts';
import { hexWidth } from './hex.ts';

export interface PacketAreas {
  readonly list: Area;
  readonly tree: Area;
  readonly hex: Area;
  readonly bytesPerRow: number;
}

/** Columns that the tree needs beside rows of sixteen bytes. */
const treeNeeds = 40;

export function packetAreas(width: number, height: number): PacketAreas {
  const above = Math.max(5, Math.round(height * 0.52));
  const below = height - above;
  const bytesPerRow = width >= hexWidth(16) + 2 + treeNeeds ? 16 : 8;
  const right = Math.min(width, hexWidth(bytesPerRow) + 2);
  const left = width - right;
  return {
    list: { column: 0, row: 0, width, height: above },
    tree: { column: 0, row: above, width: left, height: below },
    hex: { column: left, row: above, width: right, height: below },
    bytesPerRow,
  };
}
