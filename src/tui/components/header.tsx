/** The two lines at the top: what is captured and how it goes; the views, and the way the user came. */
import type { ReactElement } from 'react';
import type { Problem, Session } from '../../session/model.ts';
import { printable } from '../../util/printable.ts';
import { type Keymap, type ViewName, viewNames } from '../keymap.ts';
import { placeNow, type Ui, viewLabels } from '../state/model.ts';
import { fitLine, type Line, paintLine, piece, type Span, widthOfLine } from '../text/line.ts';
import { clock, count, counted, short, span } from '../text/units.ts';
import { cut } from '../text/width.ts';
import type { Theme } from '../theme.ts';
import { Painted } from './painted.tsx';
import { sparkline } from './sparkline.ts';

export interface HeaderProps {
  readonly session: Session;
  readonly ui: Ui;
  readonly theme: Theme;
  readonly keys: Keymap;
}

export function Header({ session, ui, theme, keys }: HeaderProps): ReactElement {
  const lines = [statusLine(session, ui, theme), tabsLine(ui, theme, keys)];
  const painted = lines.map((line) => paintLine(fitLine(line, ui.columns), theme));
  return <Painted lines={painted} width={ui.columns} height={lines.length} />;
}

/** From this width on there is room for words and a longer sparkline. */
const roomy = 100;

/** Parts of the first line; those that do not fit are left out, the last first. */
function statusLine(session: Session, ui: Ui, theme: Theme): Line {
  const totals = session.totals();
  const { symbols } = theme;
  const wide = ui.columns >= roomy;
  const title = cut(printable(session.title), wide ? 60 : 20, symbols.ellipsis);
  const parts: Line[] = [
    [piece(` ${title} `, 'strong')],
    stateLine(session, ui, theme),
    [piece(`  ${count(totals.packets)}`, 'strong'), piece(wide ? ' packets' : ' pkts', 'faint')],
    droppedLine(totals.dropped, theme),
    problemsLine(session.problems().problems, theme),
    warningsLine(session.warnings.length, theme),
  ];
  const right = clockLine(session, wide);
  const spans: Span[] = [];
  const room = () => ui.columns - widthOfLine(spans) - widthOfLine(right) - 1;
  for (const part of parts) if (widthOfLine(part) <= room()) spans.push(...part);
  spans.push(...rateLine(session, totals.rates, room(), symbols.bars));
  return [...spans, piece(' '.repeat(Math.max(0, room() + 1))), ...right];
}

function droppedLine(dropped: number | null, theme: Theme): Line {
  if (dropped === null) return [];
  if (dropped === 0) return [piece('  0 dropped', 'faint')];
  return [piece(`  ${theme.symbols.warning} ${count(dropped)} dropped`, 'bad')];
}

/** What they are is in a view of its own. */
function problemsLine(problems: readonly Problem[], theme: Theme): Line {
  const told = problems.filter(({ severity }) => severity !== 'info');
  if (told.length === 0) return [];
  const isBlocked = told.some(({ severity }) => severity === 'blocker');
  return [piece(`  ${theme.symbols.warning} ${counted(told.length, 'problem')}`, isBlocked ? 'bad' : 'warn')];
}

/** What the warnings say is in the log. */
function warningsLine(many: number, theme: Theme): Line {
  return many === 0 ? [] : [piece(`  ${theme.symbols.warning} ${counted(many, 'warning')}`, 'warn')];
}

/** Fewest and most bars of the sparkline; columns for the rate in numbers after it. */
const barLimits = { fewest: 6, most: 30 } as const;
const rateColumns = 7;

function rateLine(session: Session, rates: readonly number[], room: number, bars: readonly string[]): Line {
  const width = Math.min(barLimits.most, room - 2 - rateColumns);
  if (rates.length === 0 || width < barLimits.fewest) return [];
  const line = piece(`  ${sparkline(rates, width, bars)}`, 'accent');
  if (session.mode !== 'live') return [line];
  return [line, piece(` ${short(rates.at(-1) ?? 0)}/s`.padEnd(rateColumns))];
}

function stateLine(session: Session, ui: Ui, theme: Theme): Line {
  const { symbols } = theme;
  if (ui.frozen !== null) {
    const since = session.packets.last - ui.frozen.packets.last;
    return [piece(` ${symbols.paused} frozen`, 'warn'), piece(since > 0 ? ` +${count(since)}` : '', 'warn')];
  }
  const recording = session.writing === null ? [] : [piece(' rec', 'bad')];
  switch (session.state) {
    case 'starting':
      return [piece(` ${symbols.partial} starting`, 'warn')];
    case 'loading':
      return [
        piece(` ${symbols.partial} loading`, 'warn'),
        piece(session.progress === null ? '' : ` ${Math.floor(session.progress * 100)} %`, 'warn'),
      ];
    case 'capturing':
      return [piece(` ${symbols.up} capturing`, 'good'), ...recording];
    case 'failed':
      return [piece(` ${symbols.warning} failed`, 'bad')];
    case 'done':
    case 'closed':
      return [piece(session.mode === 'live' ? ` ${symbols.down} stopped` : ' replay', 'faint')];
  }
}

/** Time of the newest packet, and how long the capture is. */
function clockLine(session: Session, wide: boolean): Line {
  const newest = session.packets.last === 0 ? undefined : session.packets.at(session.packets.last);
  if (newest === undefined) return [piece(' no packets ', 'faint')];
  const { duration } = session.totals();
  const length = wide ? ` +${span(Math.round(duration))}` : '';
  return [piece(` ${clock(newest.seconds)}`), piece(`${length} `, 'faint')];
}

const tabGap = 2;
/** Columns that a way needs besides its own, so that none of its steps is left out. */
const crumbGap = 2;

/** Columns below which only the view on screen has its name. */
const namedFrom = 60;

/** The tabs as they are drawn: the names of other views give way to the breadcrumb. */
function tabTexts(
  ui: Ui,
  theme: Theme,
  keys: Keymap,
): readonly { readonly view: ViewName; readonly text: string }[] {
  const here = placeNow(ui).view;
  const named = viewNames.map((view) => ({
    view,
    text: ` ${keys.label(`view-${view}`)} ${viewLabels[view]} `,
  }));
  const crumbs = widthOfLine(crumbsLine(ui, theme));
  const room = ui.columns - named.reduce((sum, { text }) => sum + text.length, 0);
  if (ui.columns >= namedFrom && (crumbs === 0 ? room >= 0 : room >= crumbs + tabGap + crumbGap))
    return named;
  return named.map((tab) =>
    tab.view === here ? tab : { ...tab, text: ` ${keys.label(`view-${tab.view}`)} ` },
  );
}

function tabsLine(ui: Ui, theme: Theme, keys: Keymap): Line {
  const { view: here } = placeNow(ui);
  const spans = tabTexts(ui, theme, keys).map(({ view, text }) =>
    piece(text, view === here ? 'selected' : 'faint'),
  );
  const crumbs = crumbsLine(ui, theme);
  const room = ui.columns - widthOfLine(spans) - tabGap;
  if (crumbs.length === 0 || room < 8) return spans;
  return [...spans, piece(' '.repeat(tabGap)), ...keepEnd(crumbs, room, theme)];
}

/** `Topology › docker0 › web:eth0`: nothing at the beginning of a way. */
function crumbsLine(ui: Ui, theme: Theme): Line {
  if (ui.way.length < 2) return [];
  return ui.way.flatMap((place, index) => {
    const last = index === ui.way.length - 1;
    const crumb = piece(place.label, last ? 'accent' : 'faint');
    return index === 0 ? [crumb] : [piece(` ${theme.symbols.crumb} `, 'faint'), crumb];
  });
}

/** Of a way that is too long its last steps. */
function keepEnd(line: Line, room: number, theme: Theme): Line {
  let kept = [...line];
  let cutOff = false;
  while (kept.length > 1 && widthOfLine(kept) > room - crumbGap) {
    kept = kept.slice(1);
    cutOff = true;
  }
  return cutOff ? [piece(`${theme.symbols.ellipsis} `, 'faint'), ...fitLine(kept, room - crumbGap)] : kept;
}

/** The view whose tab is at this column of the second line. */
export function tabAt(column: number, ui: Ui, theme: Theme, keys: Keymap): ViewName | undefined {
  let start = 0;
  return tabTexts(ui, theme, keys).find(({ text }) => {
    start += text.length;
    return column < start;
  })?.view;
}
