/** The decoded tree of a packet as rows. */
import type { Field } from '../../../packet/model.ts';

export interface FieldRow {
  /** Names from the outermost layer down: the same field of the next packet has the same key. */
  readonly key: string;
  readonly depth: number;
  readonly field: Field;
  /** Null for fields without children. */
  readonly open: boolean | null;
}

/** The rows that are open to view. The innermost layer is open by itself. */
export function fieldRows(tree: readonly Field[], toggled: ReadonlySet<string>): readonly FieldRow[] {
  const rows: FieldRow[] = [];
  add(tree, '', 0, toggled, rows);
  return rows;
}

function add(
  fields: readonly Field[],
  parent: string,
  depth: number,
  toggled: ReadonlySet<string>,
  rows: FieldRow[],
): void {
  const seen = new Map<string, number>();
  fields.forEach((field, index) => {
    const key = keyOf(field, parent, seen);
    const byDefault = depth === 0 && index === fields.length - 1;
    const open = byDefault !== toggled.has(key);
    rows.push({ key, depth, field, open: field.children.length > 0 ? open : null });
    if (open) add(field.children, key, depth + 1, toggled, rows);
  });
}

function keyOf(field: Field, parent: string, seen: Map<string, number>): string {
  const many = seen.get(field.name) ?? 0;
  seen.set(field.name, many + 1);
  return `${parent}/${field.name}${many === 0 ? '' : `#${many}`}`;
}

/** The way to the smallest field that covers byte `offset`: keys from the outermost layer down. */
export function pathToByte(tree: readonly Field[], offset: number): readonly string[] {
  const path: string[] = [];
  let fields = tree;
  let parent = '';
  for (;;) {
    const seen = new Map<string, number>();
    let inside: { readonly key: string; readonly field: Field } | undefined;
    for (const field of fields) {
      const key = keyOf(field, parent, seen);
      // Of several that cover it the last is the most specific: layers nest, fields follow each other.
      if (field.length > 0 && offset >= field.offset && offset < field.offset + field.length) {
        inside = { key, field };
      }
    }
    if (inside === undefined) return path;
    path.push(inside.key);
    fields = inside.field.children;
    parent = inside.key;
  }
}

/** `toggled` with every field of `path` but the last open. */
export function openedTo(
  path: readonly string[],
  tree: readonly Field[],
  toggled: ReadonlySet<string>,
): ReadonlySet<string> {
  const next = new Set(toggled);
  for (const key of path.slice(0, -1)) {
    const row = fieldRows(tree, next).find((candidate) => candidate.key === key);
    if (row?.open !== false) continue;
    if (!next.delete(key)) next.add(key);
  }
  return next;
}
