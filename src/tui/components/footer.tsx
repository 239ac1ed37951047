/** The last line: the keys that matter here, or a message, or what is being typed. */
import type { ReactElement } from 'react';
import { commandHelp, commandHints } from '../commands.ts';
import { type Action, type Binding, type Keymap, keyLabel } from '../keymap.ts';
import { type Overlay, type Prompt, placeNow, type Ui } from '../state/model.ts';
import { fitLine, type Line, paintLine, piece, type Span, widthOfLine } from '../text/line.ts';
import { graphemes, widthOf } from '../text/width.ts';
import type { Theme } from '../theme.ts';
import type { FilterProblem } from '../views/view.ts';
import { Painted } from './painted.tsx';

export interface FooterProps {
  readonly ui: Ui;
  readonly theme: Theme;
  readonly keys: Keymap;
  /** Packets are captured, not read from a file. */
  readonly live: boolean;
  readonly problem: FilterProblem | null;
  /** What may come next in a filter. */
  readonly hints: readonly string[];
}

export function Footer(props: FooterProps): ReactElement {
  const { ui, theme } = props;
  const line = fitLine(footerLine(props), ui.columns);
  return <Painted lines={[paintLine(line, theme)]} width={ui.columns} height={1} />;
}

function footerLine({ ui, theme, keys, live, problem, hints }: FooterProps): Line {
  if (ui.prompt !== null) return promptLine(ui.prompt, problem, hints, ui.columns);
  if (ui.message !== null) {
    const bad = ui.message.kind === 'problem';
    return [
      piece(bad ? ` ${theme.symbols.warning} ` : ' ', 'bad'),
      piece(ui.message.text, bad ? 'bad' : 'accent'),
    ];
  }
  if (ui.overlay !== null) return overlayKeys(ui.overlay.kind, keys);
  if (ui.time.focused) return timeKeys(ui, keys, live);
  return keysLine(ui, keys);
}

function overlayKeys(kind: Overlay['kind'], keys: Keymap): Line {
  const move = [
    piece(` ${keys.label('down')} ${keys.label('up')}`, 'key'),
    piece(kind === 'columns' ? ' select ' : ' scroll ', 'faint'),
  ];
  return [...(kind === 'marks' ? [] : move), piece(' any other key', 'key'), piece(' closes', 'faint')];
}

/** As many as there is room for. */
function timeKeys(ui: Ui, keys: Keymap, live: boolean): Line {
  const spans: Span[] = [];
  const entries: readonly (readonly [readonly Action[], string])[] = [
    [['shut', 'open'], 'move'],
    [['freeze'], live ? 'freeze' : ui.time.playing ? 'pause' : 'play'],
    ...(live ? [] : [[['faster', 'slower'], 'speed'] as const]),
    [['range-from', 'range-to'], 'range'],
    [['next-match', 'previous-match'], 'marks'],
    [['step', 'step-back'], 'packet'],
    [['clear-filter'], 'show all'],
    [['back'], 'leave'],
  ];
  for (const [actions, label] of entries) {
    const pieces = [
      piece(` ${actions.map((action) => keys.label(action)).join(' ')}`, 'key'),
      piece(` ${label} `, 'faint'),
    ];
    if (widthOfLine(spans) + widthOfLine(pieces) <= ui.columns) spans.push(...pieces);
  }
  return spans;
}

function keysLine(ui: Ui, keys: Keymap): Line {
  const place = placeNow(ui);
  const listed = keys
    .bindingsOf(place.view)
    .filter((binding) => binding.footer !== undefined && binding.keys.length > 0)
    .filter(
      (binding) => binding.action !== 'back' || ui.way.length > 1 || place.pane > 0 || place.filter !== '',
    )
    .sort((a, b) => (a.footer ?? 0) - (b.footer ?? 0));
  // Help and quit are always there; of the others as many as there is room for.
  const fixed = listed.filter((binding) => (binding.footer ?? 0) >= 90);
  const spans: Span[] = [];
  const end = fixed.flatMap(keyPieces);
  for (const binding of listed) {
    if (fixed.includes(binding)) continue;
    const pieces = keyPieces(binding);
    if (widthOfLine(spans) + widthOfLine(pieces) + widthOfLine(end) > ui.columns) break;
    spans.push(...pieces);
  }
  return [...spans, ...end];
}

function keyPieces(binding: Binding): readonly Span[] {
  return [piece(` ${keyLabel(binding.keys[0] ?? '')}`, 'key'), piece(` ${binding.label} `, 'faint')];
}

const promptLabels: Readonly<Record<Prompt['kind'], string>> = {
  filter: '/',
  command: ':',
  save: 'write to ',
  packet: 'packet ',
  from: 'from ',
  to: 'to ',
};

function promptLine(
  prompt: Prompt,
  problem: FilterProblem | null,
  hints: readonly string[],
  columns: number,
): Line {
  const label = promptLabels[prompt.kind];
  const spans: Span[] = [piece(` ${label}`, 'key')];
  const hint = hintOf(prompt, problem, hints);
  const room = columns - widthOf(label) - 3 - (hint === '' ? 0 : Math.min(hint.length + 2, columns >> 1));
  let at = 0;
  const typed = graphemes(`${prompt.text} `).map((text) => {
    const from = at;
    at += text.length;
    const faulty = problem !== null && from >= problem.from && from < problem.to;
    return piece(text, from === prompt.cursor ? 'selected' : faulty ? 'bad' : 'plain');
  });
  // Long text scrolls so that the cursor stays in sight.
  while (typed.length > 1 && widthOfLine(typed.slice(0, cursorIndex(typed) + 1)) > room) typed.shift();
  spans.push(...typed);
  if (hint !== '') spans.push(piece(`  ${hint}`, problem === null || hints.length > 0 ? 'faint' : 'bad'));
  return spans;
}

function cursorIndex(typed: readonly Span[]): number {
  return typed.findIndex((span) => span.role === 'selected');
}

function hintOf(prompt: Prompt, problem: FilterProblem | null, hints: readonly string[]): string {
  // A word that can still become something is no mistake yet.
  if (hints.length > 0 && prompt.text !== '') return hints.slice(0, 12).join(' ');
  if (problem !== null) return problem.message;
  switch (prompt.kind) {
    case 'filter':
      return prompt.text === '' ? 'words to look for; Enter keeps, Esc undoes' : '';
    case 'packet':
      return prompt.text === '' ? 'tcp 192.0.2.9:40000 > 192.0.2.1:8080 in eth0' : '';
    case 'from':
      return prompt.text === '' ? 'a container, a namespace, host or external:ADDRESS' : '';
    case 'to':
      return prompt.text === '' ? 'a name or an address, with :PORT or :PORT/udp' : '';
    case 'save':
      return 'Enter writes, Esc does not';
    case 'command': {
      if (prompt.text === '') return `a packet's number, ${commandHelp.map(({ name }) => name).join(', ')}`;
      return commandHints(prompt.text).join('; ');
    }
  }
}
