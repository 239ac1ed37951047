/** All about the selected connection: its path, what was translated where, and the rules that it met. */
import type { Connection, Flow, RuleReference, Translation } from '../../../flow/model.ts';
import { fact, factLine, heading, paragraph, trimmed } from '../../components/facts.ts';
import { type Line, piece, type Span } from '../../text/line.ts';
import { bytes, counted, span } from '../../text/units.ts';
import type { Symbols } from '../../theme.ts';
import { endLine, endText, stateLook } from './cells.ts';
import type { FlowRow, ReportIndex } from './report.ts';

export interface FlowDetailsInput {
  readonly row: FlowRow;
  readonly index: ReportIndex;
  readonly rules: readonly RuleReference[];
  readonly width: number;
  readonly symbols: Symbols;
}

export function flowDetails(input: FlowDetailsInput): readonly Line[] {
  const { row, width, symbols } = input;
  const { connection, flow } = row;
  const problem = connection?.problem ?? '';
  return trimmed([
    ...(problem === '' ? [] : paragraph(problem, width, 'bad', `${symbols.warning} `)),
    ...summary(row, width, symbols),
    ...(connection === null || row.child ? onInterface(flow, width) : pathLines(connection, input)),
    ...(connection === null ? [] : ruleLines(input)),
    ...(flow.tcp === null ? [] : tcpLines(flow, width)),
    ...(flow.notes.length === 0
      ? []
      : [...heading('Notes'), ...flow.notes.flatMap((note) => paragraph(note, width, 'warn', '- '))]),
  ]);
}

function summary(row: FlowRow, width: number, symbols: Symbols): readonly Line[] {
  const { flow, connection } = row;
  const look = stateLook(flow.state, symbols);
  const verdict = connection?.verdict ?? 'unknown';
  const verdictRole = verdict === 'accept' ? 'good' : verdict === 'unknown' ? 'faint' : 'bad';
  return [
    factLine('From', endLine(flow.source, 99)),
    factLine('To', endLine(flow.destination, 99)),
    factLine('State', [
      piece(`${look.symbol} ${flow.state}`, look.role),
      piece(`  ${flow.protocol}${flow.application === null ? '' : `, ${flow.application}`}`),
      piece(verdict === 'unknown' ? '' : '  rules say ', 'faint'),
      piece(verdict === 'unknown' ? '' : verdict, verdictRole),
    ]),
    ...fact('Sent', `${counted(flow.packets.forward, 'packet')}, ${bytes(flow.bytes.forward)}`, width),
    ...fact(
      'Received',
      `${counted(flow.packets.reverse, 'packet')}, ${bytes(flow.bytes.reverse)}; over ${span(flow.duration)}`,
      width,
    ),
  ];
}

function onInterface(flow: Flow, width: number): readonly Line[] {
  const where =
    flow.interface === null
      ? `interface ${flow.interfaceId}`
      : `${flow.interface.namespace}:${flow.interface.name}`;
  const lines = [...fact('Seen on', where, width, 'accent')];
  if (flow.vlans.length > 0) lines.push(...fact('VLAN', flow.vlans.join(', '), width));
  for (const tunnel of flow.tunnels) {
    const ends = tunnel.source === null ? '' : ` ${tunnel.source} to ${tunnel.destination ?? ''}`;
    lines.push(...fact('Tunnel', `${tunnel.kind} ${tunnel.id ?? ''}${ends}`, width));
  }
  return lines;
}

/** One line per interface, with a line between two where an address changed on the way. */
function pathLines(connection: Connection, input: FlowDetailsInput): readonly Line[] {
  const { index, symbols } = input;
  const [, , trunk] = symbols.tree;
  const lines: Line[] = [...heading('Path')];
  const nameWidth = Math.max(8, ...connection.path.map((step) => step.interface.length));
  let before: Flow | undefined;
  connection.path.forEach((step, position) => {
    const flow = index.flow(step.flow);
    if (before !== undefined && flow !== undefined) {
      for (const change of changesBetween(before, flow, connection.translations)) {
        lines.push([piece(`${trunk}  `, 'faint'), ...translationPieces(change, symbols)]);
      }
    }
    const last = position === connection.path.length - 1;
    const stuck = last && connection.problem !== '';
    const spans: Span[] = [
      piece(`${stuck ? symbols.warning : symbols.up} `, stuck ? 'bad' : 'good'),
      piece(step.interface.padEnd(nameWidth), 'accent'),
    ];
    if (flow !== undefined) {
      const ends = `  ${endText(flow.source)} ${symbols.arrow} ${endText(flow.destination)}`;
      spans.push(piece(ends, 'address'));
    }
    spans.push(piece(position === 0 ? '' : `  +${span(step.deltaUs / 1e6)}`, 'faint'));
    lines.push(spans);
    before = flow ?? before;
  });
  const shown = new Set(
    connection.path.flatMap((step, position) => {
      const previous = connection.path[position - 1];
      const a = previous === undefined ? undefined : index.flow(previous.flow);
      const b = index.flow(step.flow);
      return a === undefined || b === undefined ? [] : changesBetween(a, b, connection.translations);
    }),
  );
  for (const translation of connection.translations) {
    if (!shown.has(translation)) lines.push(translationPieces(translation, symbols));
  }
  if (connection.path.length === 0) lines.push([piece('not seen on more than one interface', 'faint')]);
  return lines;
}

/** Translations whose result is first seen between these two interfaces. */
function changesBetween(
  before: Flow,
  after: Flow,
  translations: readonly Translation[],
): readonly Translation[] {
  return translations.filter((translation) => {
    const destination = translation.kind === 'dnat' || translation.kind === 'redirect';
    const from = destination ? before.destination : before.source;
    const to = destination ? after.destination : after.source;
    return endText(from) !== endText(to) && endText(to) === translation.to;
  });
}

function translationPieces(translation: Translation, symbols: Symbols): Span[] {
  return [
    piece(`${translation.kind.toUpperCase()} `, 'accent'),
    piece(translation.from, 'address'),
    piece(` ${symbols.arrow} `, 'faint'),
    piece(translation.to, 'address'),
    piece(
      translation.rule === null
        ? '  no rule known'
        : `  ${translation.rule.table} ${translation.rule.chain} ${translation.rule.position}`,
      'faint',
    ),
  ];
}

function ruleLines(input: FlowDetailsInput): readonly Line[] {
  const { rules, width } = input;
  if (rules.length === 0) return [...heading('Rules'), [piece('none known to match', 'faint')]];
  return [
    ...heading(`Rules ${rules.length}`),
    ...rules.flatMap((rule): readonly Line[] => [
      [
        piece(`${rule.namespace} ${rule.table} ${rule.chain} ${rule.position} `, 'plain'),
        piece(rule.target, targetRole(rule.target)),
        piece(`  ${rule.evidence}`, 'faint'),
        piece(rule.counter === null ? '' : `  ${counted(rule.counter.packets, 'packet')}`, 'faint'),
      ],
      ...paragraph(rule.text, width, 'faint', '  '),
    ]),
  ];
}

export function targetRole(target: string): 'good' | 'bad' | 'accent' | 'plain' {
  // nftables writes its verdicts in lower case.
  switch (target.toUpperCase()) {
    case 'ACCEPT':
      return 'good';
    case 'DROP':
    case 'REJECT':
      return 'bad';
    case 'DNAT':
    case 'SNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return 'accent';
    default:
      return 'plain';
  }
}

function tcpLines(flow: Flow, width: number): readonly Line[] {
  const { tcp } = flow;
  if (tcp === null) return [];
  const rtt = tcp.handshakeRttMs === null ? 'not seen' : span(tcp.handshakeRttMs / 1000);
  const counted = [
    `${tcp.retransmissions} retransmitted`,
    `${tcp.outOfOrder} out of order`,
    `${tcp.duplicateAcks} duplicate ACKs`,
    `${tcp.zeroWindows} zero windows`,
    `${tcp.resets} resets`,
  ];
  return [
    ...heading('TCP'),
    ...fact('Handshake', rtt, width),
    ...fact('Segments', counted.join(', '), width, tcp.retransmissions > 0 ? 'warn' : 'plain'),
  ];
}
