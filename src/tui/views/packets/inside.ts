/** Keys inside a packet: in its tree of fields and in its bytes, which point at each other. */
import type { Action } from '../../keymap.ts';
import { listOf, move, positionAt } from '../../state/list.ts';
import { type Place, toggle } from '../../state/place.ts';
import { type Effect, nothing, stay } from '../view.ts';
import { fieldRows, openedTo, pathToByte } from './fields.ts';
import type { PacketLook } from './look.ts';

/** Keys of the tree of fields. */
export function actOnTree(action: Action, place: Place, now: PacketLook): Effect {
  const { field, fieldList, fields, treeHeight, fieldWindow } = now;
  const moved = move(action, place.details, fieldList, treeHeight);
  if (moved !== undefined) {
    const offset = fields[moved.index]?.field.offset ?? place.byte;
    return stay({ ...place, details: moved, byte: offset });
  }
  if (field === undefined) return nothing;
  switch (action) {
    case 'in':
      return field.open === null ? nothing : stay(toggle(place, field.key));
    case 'open':
      return field.open === false ? stay(toggle(place, field.key)) : nothing;
    case 'shut': {
      if (field.open === true) return stay(toggle(place, field.key));
      const parent = fields.findLastIndex(
        (candidate, index) => index < fieldWindow.index && candidate.depth < field.depth,
      );
      if (parent < 0) return stay({ ...place, pane: 0 });
      return stay({ ...place, details: positionAt(fieldList, parent, fieldWindow.offset, treeHeight) });
    }
    default:
      return nothing;
  }
}

/** Keys of the bytes: where the cursor goes; undefined when `action` does not move it. */
export function moveByte(action: Action, byte: number, now: PacketLook): number | undefined {
  const { areas, bytes } = now;
  const length = bytes?.length ?? 0;
  const row = areas.bytesPerRow;
  const page = row * Math.max(1, areas.hex.height - 3);
  const steps: Partial<Record<Action, number>> = {
    down: row,
    up: -row,
    open: 1,
    shut: -1,
    'page-down': page,
    'page-up': -page,
    'half-down': page >> 1,
    'half-up': -(page >> 1),
    top: -length,
    bottom: length,
  };
  const step = steps[action];
  return step === undefined ? undefined : Math.max(0, Math.min(length - 1, byte + step));
}

/** The cursor on a byte, with the smallest field that covers it selected in the tree. */
export function atByte(place: Place, byte: number, now: PacketLook): Place {
  const path = pathToByte(now.tree, byte);
  const key = path.at(-1);
  if (key === undefined) return { ...place, byte };
  const toggled = openedTo(path, now.tree, place.toggled);
  const list = listOf(fieldRows(now.tree, toggled));
  const details = positionAt(list, list.indexOf(key, 0), now.fieldWindow.offset, now.treeHeight);
  return { ...place, byte, toggled, details };
}
