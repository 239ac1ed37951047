/** Packets: the list, the decoded tree of the selected one, and its bytes; tree and bytes point at each other. */
import { Box } from 'ink';
import type { Field } from '../../../packet/model.ts';
import { Pane } from '../../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import { isInside } from '../../components/split.ts';
import { layOut, listRow, measure, tableRow, titleRow, type Widest } from '../../components/table.ts';
import type { Action } from '../../keymap.ts';
import { listOf, listStart, move, positionAt, windowOf } from '../../state/list.ts';
import { type Place, placeOf, selecting, toggle } from '../../state/place.ts';
import { searchStep } from '../../state/search.ts';
import { fitLine, type Line, paintLine, piece, textOf } from '../../text/line.ts';
import { memo } from '../../text/memo.ts';
import { count, counted } from '../../text/units.ts';
import { connectionKey, flowKey, indexReport } from '../flows/report.ts';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing, stay, type View } from '../view.ts';
import { packetColumns } from './cells.ts';
import { fieldRows, openedTo, pathToByte } from './fields.ts';
import { compilePacketFilter } from './filter.ts';
import { hexLine } from './hex.ts';
import { packetAreas } from './layout.ts';
import { createListings } from './numbers.ts';
import { createPacketRows, interfaceName, type PacketRow } from './rows.ts';

export function createPacketsView(redraw: () => void): View {
  const widest: Widest = new Map();
  const rows = createPacketRows();
  const listingFor = createListings(rows, redraw);
  const compile = memo(compilePacketFilter);

  function parts(place: Place, frame: Frame) {
    const { data } = frame;
    const { test } = compile(place.filter);
    const listing = listingFor({ data, scope: place.scope, filter: place.filter, test });
    const list = listing.numbers;
    const areas = packetAreas(frame.width, frame.height);
    const listHeight = areas.list.height - 3;
    const position = place.follow ? positionAt(list, list.count - 1, list.count, listHeight) : place.list;
    const window = windowOf(position, list, listHeight);
    const number = window.index < 0 ? 0 : list.at(window.index);
    const selected = number === 0 ? undefined : rows.row(number, data);
    const tree = selected?.dissection?.tree ?? [];
    const fields = fieldRows(tree, place.toggled);
    const treeHeight = areas.tree.height - 2;
    const fieldList = listOf(fields);
    const fieldWindow = windowOf(place.details, fieldList, treeHeight);
    const field = fields[fieldWindow.index];
    const bytes = selected?.bytes;
    return {
      ...{ listing, list, areas, listHeight, position, window, number, selected },
      ...{ tree, fields, treeHeight, fieldList, fieldWindow, field, bytes },
    };
  }

  type Parts = ReturnType<typeof parts>;

  return {
    name: 'packets',
    panes: 3,
    hasFields: true,

    draw(place, frame) {
      const now = parts(place, frame);
      const { areas } = now;
      return (
        <Box flexDirection="column">
          {listPane(now, place, frame)}
          <Box>
            {areas.shared && place.pane === 2 ? null : treePane(now, place, frame)}
            {areas.shared && place.pane !== 2 ? null : hexPane(now, place, frame)}
          </Box>
        </Box>
      );
    },

    act(action, place, frame) {
      const now = parts(place, frame);
      if (place.pane === 1) {
        const effect = actOnTree(action, place, now);
        if (effect !== nothing) return effect;
      } else if (place.pane === 2) {
        const byte = moveByte(action, place.byte, now.bytes?.length ?? 0, now.areas);
        if (byte !== undefined) return stay(atByte(place, byte, now));
      } else {
        const moved = move(action, now.position, now.list, now.listHeight);
        if (moved !== undefined) {
          const follow = action === 'bottom' && frame.data.mode === 'live';
          return stay({ ...place, follow, list: moved });
        }
        if (action === 'in' || action === 'open') {
          return now.number === 0 ? nothing : stay({ ...place, pane: 1, follow: false, list: now.position });
        }
      }
      const wanted = compile(place.search).test;
      const found = searchStep(action, now.window.index, now.list.count, (index) => {
        const row = rows.once(now.list.at(index), frame.data);
        return row !== undefined && wanted?.(row) === true;
      });
      if (found === -1) return { kind: 'say', text: `nothing like "${place.search}"` };
      if (found !== undefined) {
        const list = positionAt(now.list, found, now.window.offset, now.listHeight);
        return stay({ ...place, follow: false, list });
      }
      if (action === 'follow') return stay({ ...place, follow: !place.follow, list: now.position });
      const here = { ...place, list: now.position };
      return now.selected === undefined ? nothing : actOnPacket(action, now.selected, here, frame);
    },

    point(column, row, place, frame) {
      const now = parts(place, frame);
      const { areas } = now;
      if (isInside(areas.list, column, row)) {
        const index = now.window.offset + row - 2;
        if (row < 2 || index >= now.list.count) return stay({ ...place, pane: 0 });
        const list = positionAt(now.list, index, now.window.offset, now.listHeight);
        return stay({ ...place, pane: 0, follow: false, list });
      }
      if (isInside(areas.tree, column, row)) {
        const index = now.fieldWindow.offset + row - areas.tree.row - 1;
        const field = now.fields[index];
        if (field === undefined || index < 0) return stay({ ...place, pane: 1 });
        const details = positionAt(now.fieldList, index, now.fieldWindow.offset, now.treeHeight);
        const open = index === now.fieldWindow.index && field.open !== null;
        return stay({
          ...(open ? toggle(place, field.key) : place),
          pane: 1,
          details,
          byte: field.field.offset,
        });
      }
      return stay({ ...place, pane: 2 });
    },

    filterProblem: (text) => compile(text).problem,

    jump(number, place, frame) {
      const { list, listHeight } = parts(place, frame);
      if (list.count === 0) return null;
      const index = Math.min(list.count - 1, list.indexFrom(number));
      return {
        ...place,
        pane: 0,
        follow: false,
        list: positionAt(list, index, index - Math.floor(listHeight / 2), listHeight),
      };
    },

    copy(place, frame) {
      const now = parts(place, frame);
      if (now.selected === undefined) return null;
      if (place.pane === 1) return now.field?.field.label ?? null;
      if (place.pane === 2) return Buffer.from(now.bytes ?? []).toString('hex');
      return lineOf(now.selected);
    },

    text(place, frame, limit) {
      const { list } = parts(place, frame);
      return Array.from({ length: Math.min(limit, list.count) }, (_, index) => {
        const row = rows.once(list.at(index), frame.data);
        return row === undefined ? '' : lineOf(row);
      });
    },
  };

  function listPane(now: Parts, place: Place, frame: Frame) {
    const { theme, data } = frame;
    const { list, areas, listHeight, window } = now;
    const inner = areas.list.width - 2;
    const columns = packetColumns(frame.width, data.packets.last);
    const rowAt = (index: number) => rows.row(list.at(index), data);
    measure(columns, rowsInSight(window, list.count, listHeight, rowAt), widest);
    const placed = layOut(columns, inner - 2, widest);
    const lines =
      list.count === 0
        ? emptyNote(whyEmpty(place, frame, now), inner, listHeight + 1, theme)
        : [
            titleRow(placed, inner, theme, null),
            ...visibleRows(window, list.count, listHeight, place.pane === 0, (index, how) => {
              const row = rowAt(index);
              return row === undefined ? ' '.repeat(inner) : tableRow(row, placed, inner, theme, how);
            }),
          ];
    return (
      <Pane
        theme={theme}
        title={[piece('Packets', 'strong')]}
        note={countNote(now, place)}
        width={areas.list.width}
        height={areas.list.height}
        focused={place.pane === 0}
        lines={lines}
        scroll={{ offset: window.offset, count: list.count, shown: listHeight }}
      />
    );
  }

  function treePane(now: Parts, place: Place, frame: Frame) {
    const { theme } = frame;
    const { areas, fields, fieldWindow, treeHeight, selected } = now;
    const inner = areas.tree.width - 2;
    const where = selected === undefined ? '' : ` ${selected.interface}`;
    return (
      <Pane
        theme={theme}
        title={[piece(`Packet ${now.number || ''}`.trim(), 'strong'), piece(where, 'accent')]}
        width={areas.tree.width}
        height={areas.tree.height}
        focused={place.pane === 1}
        lines={visibleRows(fieldWindow, fields.length, treeHeight, place.pane === 1, (index, how) => {
          const row = fields[index];
          if (row === undefined) return '';
          const mark = row.open === null ? ' ' : row.open ? theme.symbols.open : theme.symbols.shut;
          const label = piece(row.field.label, row.depth === 0 ? 'strong' : 'plain');
          const line = [piece(`${'  '.repeat(row.depth)}${mark} `, 'faint'), label];
          return listRow(line, inner, theme, how);
        })}
        scroll={{ offset: fieldWindow.offset, count: fields.length, shown: treeHeight }}
      />
    );
  }

  function hexPane(now: Parts, place: Place, frame: Frame) {
    return (
      <Pane
        theme={frame.theme}
        title={[piece('Bytes', 'strong')]}
        note={bytesNote(now)}
        width={now.areas.hex.width}
        height={now.areas.hex.height}
        focused={place.pane === 2}
        lines={hexLines(now, place, frame)}
      />
    );
  }

  function hexLines(now: Parts, place: Place, frame: Frame): readonly string[] {
    const { areas, bytes, field } = now;
    if (bytes === undefined) return [];
    const height = areas.hex.height - 2;
    const range = field === undefined ? null : rangeOf(field.field);
    const cursor = place.pane === 2 ? Math.min(place.byte, bytes.length - 1) : null;
    const total = Math.ceil(bytes.length / areas.bytesPerRow);
    const focus = Math.floor((cursor ?? range?.from ?? 0) / areas.bytesPerRow);
    const offset = Math.min(Math.max(0, focus - Math.floor(height / 2)), Math.max(0, total - height));
    return Array.from({ length: Math.min(height, total - offset) }, (_, index) => {
      const line = hexLine(bytes, offset + index, areas.bytesPerRow, range, cursor, frame.theme.symbols.dot);
      return paintLine(fitLine(line, areas.hex.width - 2), frame.theme);
    });
  }

  function actOnTree(action: Action, place: Place, now: Parts): Effect {
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

  /** The cursor on a byte, with the smallest field that covers it selected in the tree. */
  function atByte(place: Place, byte: number, now: Parts): Place {
    const path = pathToByte(now.tree, byte);
    const key = path.at(-1);
    if (key === undefined) return { ...place, byte };
    const toggled = openedTo(path, now.tree, place.toggled);
    const list = listOf(fieldRows(now.tree, toggled));
    const details = positionAt(list, list.indexOf(key, 0), now.fieldWindow.offset, now.treeHeight);
    return { ...place, byte, toggled, details };
  }
}

function bytesNote({
  selected,
  bytes,
}: {
  readonly selected: PacketRow | undefined;
  readonly bytes: Uint8Array | undefined;
}): Line {
  if (selected === undefined) return [];
  const held = bytes?.length ?? 0;
  const whole = selected.entry.wireLength;
  return held < whole ? [piece(`${held} of ${whole}`, 'warn')] : [piece(String(held), 'faint')];
}

function rangeOf(field: Field) {
  return { from: field.offset, to: field.offset + field.length };
}

function moveByte(
  action: Action,
  byte: number,
  length: number,
  areas: { readonly bytesPerRow: number; readonly hex: { readonly height: number } },
): number | undefined {
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

function actOnPacket(action: Action, row: PacketRow, place: Place, frame: Frame): Effect {
  const { entry } = row;
  const { data } = frame;
  const index = indexReport(data.flows());
  const flow = index.flow(entry.innerFlow) ?? index.flow(entry.flow);
  const noFlow: Effect = { kind: 'say', text: 'this frame belongs to no flow' };
  switch (action) {
    case 'to-flows': {
      if (flow === undefined) return noFlow;
      const key = flow.connection > 0 ? connectionKey(flow.connection) : flowKey(flow.id);
      return into(selecting(placeOf('flows', `flow of ${entry.number}`), key));
    }
    case 'to-rules': {
      if (flow === undefined || flow.connection === 0) return noFlow;
      return into(
        placeOf('rules', `rules of ${entry.number}`, {
          kind: 'connections',
          ids: new Set([flow.connection]),
        }),
      );
    }
    case 'to-topology': {
      const seen = data.interfaces.find((candidate) => candidate.id === entry.interfaceId);
      const where =
        seen === undefined || seen.namespace === null
          ? null
          : { namespace: seen.namespace, name: seen.name, index: seen.index ?? 0 };
      const target = where === null || data.topology === null ? null : topologyAt(where, data.topology);
      return target === null
        ? { kind: 'say', text: `${interfaceName(data.interfaces, entry.interfaceId)} is not in the topology` }
        : into(target);
    }
    case 'open':
      return stay({ ...place, pane: 1, details: listStart });
    default:
      return nothing;
  }
}

function lineOf(row: PacketRow): string {
  const columns = packetColumns(200, row.entry.number);
  return columns.map((column) => textOf(column.cell(row, 99))).join('  ');
}

function countNote(
  now: {
    readonly listing: { readonly total: number; readonly searched: number | null };
    readonly list: { readonly count: number };
  },
  place: Place,
): Line {
  const { total, searched } = now.listing;
  const of = searched === null ? '' : `${count(now.list.count)} of `;
  const spans = [piece(`${of}${counted(total, 'packet')}`, 'faint')];
  if (searched !== null && searched < 1)
    spans.push(piece(` ${Math.floor(searched * 100)} % searched`, 'warn'));
  if (place.follow) spans.unshift(piece('following ', 'accent'));
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(
  place: Place,
  frame: Frame,
  now: { readonly listing: { readonly searched: number | null } },
): readonly string[] {
  const { searched } = now.listing;
  if (searched !== null && searched < 1) return ['Searching', 'Rows appear as they are found.'];
  if (place.filter !== '')
    return [`No packet matches "${place.filter}"`, 'Backspace shows everything again.'];
  if (place.scope.kind !== 'all')
    return [`No packets of ${place.label}`, 'Esc goes back; 3 shows all packets.'];
  return frame.data.mode === 'live'
    ? ['No packets yet', 'They appear here as soon as an interface sees one.']
    : ['No packets in this file', 'Press 1 for the topology that it holds.'];
}
