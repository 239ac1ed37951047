/** Packets: the list, the decoded tree of the selected one, and its bytes; tree and bytes point at each other. */
import { Box } from 'ink';
import { isInside } from '../../components/split.ts';
import type { Widest } from '../../components/table.ts';
import type { Action } from '../../keymap.ts';
import { move, positionAt } from '../../state/list.ts';
import { type Place, toggle } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { type Effect, type Frame, nothing, stay, type View } from '../view.ts';
import { packetColumns } from './cells.ts';
import { compilePacketFilter } from './filter.ts';
import { createFollowing } from './following.ts';
import { actOnPacket } from './go.ts';
import { actOnTree, atByte, moveByte } from './inside.ts';
import { lookAt, type PacketLook } from './look.ts';
import { createListings } from './numbers.ts';
import { hexPane, listPane, treePane } from './panes.tsx';
import { createPacketRows, type PacketRow } from './rows.ts';

export function createPacketsView(redraw: () => void): View {
  const widest: Widest = new Map();
  const rows = createPacketRows();
  const listingFor = createListings(rows, redraw);
  const following = createFollowing(redraw);
  const filter = memo(compilePacketFilter);
  const search = memo(compilePacketFilter);
  const look = (place: Place, frame: Frame) =>
    lookAt(place, frame, filter(place.filter).test, rows, listingFor, following);

  function searched(action: Action, place: Place, frame: Frame, now: PacketLook): Effect {
    const { numbers } = now.listing;
    const wanted = search(place.search).test;
    const found = searchStep(action, now.window.index, numbers.count, (index) => {
      const row = rows.once(numbers.at(index), frame.data);
      return row !== undefined && wanted?.(row) === true;
    });
    if (found === undefined) return nothing;
    if (found === -1) return { kind: 'say', text: `nothing like "${place.search}" near here` };
    const list = positionAt(numbers, found, now.window.offset, now.listHeight);
    return stay({ ...place, follow: false, list });
  }

  return {
    name: 'packets',
    panes: 3,
    hasFields: true,

    draw(place, frame) {
      const now = look(place, frame);
      const { shared } = now.areas;
      return (
        <Box flexDirection="column">
          {listPane(now, rows, widest, place, frame)}
          <Box>
            {shared && place.pane === 2 ? null : treePane(now, place, frame)}
            {shared && place.pane !== 2 ? null : hexPane(now, place, frame)}
          </Box>
        </Box>
      );
    },

    act(action, place, frame) {
      const now = look(place, frame);
      const here = actHere(action, place, frame, now);
      if (here !== nothing) return here;
      const found = searched(action, place, frame, now);
      if (found !== nothing) return found;
      if (action === 'follow') return stay({ ...place, follow: !place.follow, list: now.position });
      return now.selected === undefined ? nothing : actOnPacket(action, now.selected, frame);
    },

    columns: (_, frame) => packetColumns(frame.width, frame.data.packets.last),

    anchored(place, frame) {
      const { listing, window, listHeight } = look(place, frame);
      return { ...place, list: positionAt(listing.numbers, window.index, window.offset, listHeight) };
    },

    point(column, row, place, frame) {
      const now = look(place, frame);
      if (isInside(now.areas.list, column, row)) return pointAtList(row, place, now);
      if (isInside(now.areas.tree, column, row) && !(now.areas.shared && place.pane === 2)) {
        return pointAtTree(row, place, now);
      }
      return stay({ ...place, pane: 2 });
    },

    filterProblem: (text) => compilePacketFilter(text).problem,

    conversation(place, frame) {
      const { selected } = look(place, frame);
      const flow = selected === undefined ? 0 : selected.entry.innerFlow || selected.entry.flow;
      return flow === 0 ? null : { flow, title: `of packet ${selected?.entry.number}` };
    },

    jump(number, place, frame) {
      const { listing, listHeight } = look(place, frame);
      const { numbers } = listing;
      if (numbers.count === 0) return null;
      const index = Math.min(numbers.count - 1, numbers.indexFrom(number));
      const list = positionAt(numbers, index, index - Math.floor(listHeight / 2), listHeight);
      return { ...place, pane: 0, follow: false, list };
    },

    copy(place, frame) {
      const now = look(place, frame);
      if (now.selected === undefined) return null;
      if (place.pane === 1) return now.field?.field.label ?? null;
      if (place.pane === 2) return Buffer.from(now.bytes ?? []).toString('hex');
      return lineOf(now.selected);
    },

    text(place, frame, limit) {
      const { numbers } = look(place, frame).listing;
      return Array.from({ length: Math.min(limit, numbers.count) }, (_, index) => {
        const row = rows.once(numbers.at(index), frame.data);
        return row === undefined ? '' : lineOf(row);
      });
    },
  };
}

/** Keys that mean something else in each pane. */
function actHere(action: Action, place: Place, frame: Frame, now: PacketLook): Effect {
  if (place.pane === 1) return actOnTree(action, place, now);
  if (place.pane === 2) {
    const byte = moveByte(action, place.byte, now);
    return byte === undefined ? nothing : stay(atByte(place, byte, now));
  }
  const moved = move(action, now.position, now.listing.numbers, now.listHeight);
  if (moved !== undefined) {
    // At the end of a live capture there is always more to come.
    const follow = action === 'bottom' && frame.data.mode === 'live';
    return stay({ ...place, follow, list: moved });
  }
  if ((action === 'in' || action === 'open') && now.number > 0) {
    return stay({ ...place, pane: 1, follow: false, list: now.position });
  }
  return nothing;
}

/** Rows of the list begin below its border and its titles. */
const rowsAbove = 2;

function pointAtList(row: number, place: Place, now: PacketLook): Effect {
  const { numbers } = now.listing;
  const index = now.window.offset + row - rowsAbove;
  if (row < rowsAbove || index >= numbers.count) return stay({ ...place, pane: 0 });
  const list = positionAt(numbers, index, now.window.offset, now.listHeight);
  return stay({ ...place, pane: 0, follow: false, list });
}

/** Selects a field; one that is selected already opens or closes. */
function pointAtTree(row: number, place: Place, now: PacketLook): Effect {
  const index = now.fieldWindow.offset + row - now.areas.tree.row - 1;
  const field = now.fields[index];
  if (field === undefined) return stay({ ...place, pane: 1 });
  const details = positionAt(now.fieldList, index, now.fieldWindow.offset, now.treeHeight);
  const opens = index === now.fieldWindow.index && field.open !== null;
  const next = opens ? toggle(place, field.key) : place;
  return stay({ ...next, pane: 1, details, byte: field.field.offset });
}

function lineOf(row: PacketRow): string {
  const columns = packetColumns(200, row.entry.number).filter(({ optional }) => optional !== true);
  return columns.map((column) => textOf(column.cell(row, 99))).join('  ');
}
