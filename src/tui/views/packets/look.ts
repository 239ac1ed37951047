/** What the packets view shows at the moment: all that drawing it and answering its keys need to know. */
import type { Field } from '../../../packet/model.ts';
import {
  type ListModel,
  type ListPosition,
  listOf,
  positionAt,
  type Window,
  windowOf,
} from '../../state/list.ts';
import type { Place } from '../../state/place.ts';
import type { Frame } from '../view.ts';
import { type FieldRow, fieldRows } from './fields.ts';
import type { PacketTest } from './filter.ts';
import { type PacketAreas, packetAreas } from './layout.ts';
import type { Listing, ListingInput, PacketNumbers } from './numbers.ts';
import type { PacketRow, PacketRows } from './rows.ts';

export interface PacketLook {
  readonly areas: PacketAreas;
  readonly listing: Listing;
  readonly listHeight: number;
  readonly position: ListPosition;
  readonly window: Window;
  /** The selected packet; 0 and undefined in an empty list. */
  readonly number: number;
  readonly selected: PacketRow | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly tree: readonly Field[];
  readonly fields: readonly FieldRow[];
  readonly fieldList: ListModel;
  readonly treeHeight: number;
  readonly fieldWindow: Window;
  readonly field: FieldRow | undefined;
}

export function lookAt(
  place: Place,
  frame: Frame,
  test: PacketTest | null,
  rows: PacketRows,
  listingFor: (input: ListingInput) => Listing,
  following: (numbers: PacketNumbers, height: number) => PacketNumbers,
): PacketLook {
  const { data } = frame;
  const found = listingFor({ data, scope: place.scope, filter: place.filter, test });
  const areas = packetAreas(frame.width, frame.height);
  const listHeight = areas.list.height - 3;
  const listing = place.follow ? { ...found, numbers: following(found.numbers, listHeight) } : found;
  const { numbers } = listing;
  const newest = () => positionAt(numbers, numbers.count - 1, numbers.count, listHeight);
  const position = place.follow ? newest() : place.list;
  const window = windowOf(position, numbers, listHeight);
  const number = window.index < 0 ? 0 : numbers.at(window.index);
  const selected = number === 0 ? undefined : rows.row(number, data);
  const tree = selected?.dissection?.tree ?? [];
  const fields = fieldRows(tree, place.toggled);
  const treeHeight = areas.tree.height - 2;
  const fieldList = listOf(fields);
  const fieldWindow = windowOf(place.details, fieldList, treeHeight);
  return {
    areas,
    listing,
    listHeight,
    position,
    window,
    number,
    selected,
    bytes: selected?.bytes,
    tree,
    fields,
    fieldList,
    treeHeight,
    fieldWindow,
    field: fields[fieldWindow.index],
  };
}
