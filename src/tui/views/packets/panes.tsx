/** The three panes of the packets view. */
import type { ReactElement } from 'react';
import type { Field } from '../../../packet/model.ts';
import { Pane } from '../../components/pane.tsx';
import { emptyNote, rowsInSight, visibleRows } from '../../components/rows.ts';
import {
  chosenColumns,
  layOut,
  listRow,
  measure,
  tableRow,
  titleRow,
  type Widest,
} from '../../components/table.ts';
import type { Place } from '../../state/place.ts';
import { fitLine, type Line, paintLine, piece } from '../../text/line.ts';
import { count, counted } from '../../text/units.ts';
import type { Frame } from '../view.ts';
import { packetColumns } from './cells.ts';
import { hexLine } from './hex.ts';
import type { PacketLook } from './look.ts';
import type { PacketRows } from './rows.ts';

export function listPane(
  now: PacketLook,
  rows: PacketRows,
  widest: Widest,
  place: Place,
  frame: Frame,
): ReactElement {
  const { theme, data } = frame;
  const { areas, listHeight, window } = now;
  const list = now.listing.numbers;
  const inner = areas.list.width - 2;
  const all = packetColumns(frame.width, data.packets.last);
  const columns = chosenColumns(all, frame.chosen.packets, inner - 2);
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

function countNote(now: PacketLook, place: Place): Line {
  const { total, searched } = now.listing;
  const of = searched === null ? '' : `${count(now.listing.numbers.count)} of `;
  const spans = [piece(`${of}${counted(total, 'packet')}`, 'faint')];
  if (searched !== null && searched < 1)
    spans.push(piece(` ${Math.floor(searched * 100)} % searched`, 'warn'));
  if (place.follow) spans.unshift(piece('following ', 'accent'));
  if (place.filter !== '') spans.unshift(piece(`/${place.filter} `, 'accent'));
  return spans;
}

function whyEmpty(place: Place, frame: Frame, now: PacketLook): readonly string[] {
  const { searched } = now.listing;
  const { keys } = frame;
  if (searched !== null && searched < 1) return ['Searching', 'Rows appear as they are found.'];
  if (place.filter !== '')
    return [`No packet matches "${place.filter}"`, `${keys.label('clear-filter')} shows everything again.`];
  if (place.scope.kind !== 'all')
    return [
      `No packets of ${place.label}`,
      `${keys.label('back')} goes back; ${keys.label('view-packets')} shows all packets.`,
    ];
  return frame.data.mode === 'live'
    ? [
        'No packets yet',
        `They appear as soon as one of ${counted(frame.data.interfaces.length, 'interface')} sees one.`,
        `${keys.label('log')} lists them; -i all captures in every namespace.`,
      ]
    : ['No packets in this file', `Press ${keys.label('view-topology')} for the topology that it holds.`];
}

export function treePane(now: PacketLook, place: Place, frame: Frame): ReactElement {
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

export function hexPane(now: PacketLook, place: Place, frame: Frame): ReactElement {
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

function bytesNote({ selected, bytes }: PacketLook): Line {
  if (selected === undefined) return [];
  const held = bytes?.length ?? 0;
  const whole = selected.entry.wireLength;
  return held < whole ? [piece(`${held} of ${whole}`, 'warn')] : [piece(String(held), 'faint')];
}

function hexLines(now: PacketLook, place: Place, frame: Frame): readonly string[] {
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

function rangeOf(field: Field) {
  return { from: field.offset, to: field.offset + field.length };
}
