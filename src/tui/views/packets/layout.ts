/** Where the three panes of the packets view are. */
import type { Area } from '../../components/split.ts';
import { hexWidth } from './hex.ts';

export interface PacketAreas {
  readonly list: Area;
  /** Tree and bytes have the same area where there is no room for both. */
  readonly tree: Area;
  readonly hex: Area;
  readonly shared: boolean;
  readonly bytesPerRow: number;
}

/** Columns that the tree needs beside rows of sixteen bytes, and beside rows of eight. */
const treeNeeds = { sixteen: 40, eight: 26 } as const;

export function packetAreas(width: number, height: number): PacketAreas {
  const above = Math.max(5, Math.round(height * 0.52));
  const below = height - above;
  const list = { column: 0, row: 0, width, height: above };
  const bytesPerRow = width >= hexWidth(16) + 2 + treeNeeds.sixteen ? 16 : 8;
  const right = hexWidth(bytesPerRow) + 2;
  const left = width - right;
  if (left < treeNeeds.eight) {
    const area = { column: 0, row: above, width, height: below };
    return { list, tree: area, hex: area, shared: true, bytesPerRow };
  }
  return {
    list,
    tree: { column: 0, row: above, width: left, height: below },
    hex: { column: left, row: above, width: right, height: below },
    shared: false,
    bytesPerRow,
  };
}
