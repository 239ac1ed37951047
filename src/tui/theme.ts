/**
 * What things look like. Views name roles (`good`, `address`), never colours; a theme turns roles into
 * SGR sequences. Every state has a symbol besides its colour, so that nothing is lost without colours.
 */

import { attributes, type PaletteName, palettes } from './palettes.ts';

export type Role =
  | 'plain'
  | 'strong'
  | 'faint'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  | 'name'
  | 'address'
  | 'key'
  | 'mark'
  | 'border'
  | 'borderFocused'
  | 'selected'
  | 'selectedAway';

export type ColorDepth = 'none' | '16' | '256' | 'true';

export interface Symbols {
  /** Whether all of them are ASCII. */
  readonly ascii: boolean;
  readonly up: string;
  readonly down: string;
  readonly partial: string;
  readonly warning: string;
  /** Came or changed a moment ago. */
  readonly changed: string;
  readonly open: string;
  readonly shut: string;
  /** Stands for nothing: a byte that is no character, a count of zero. */
  readonly dot: string;
  readonly arrow: string;
  readonly both: string;
  readonly crumb: string;
  readonly cursor: string;
  readonly paused: string;
  readonly ellipsis: string;
  readonly sortUp: string;
  readonly sortDown: string;
  /** Bars of a sparkline, from the lowest. */
  readonly bars: readonly string[];
  /** Corners clockwise from the top left, then horizontal, vertical. */
  readonly box: readonly [string, string, string, string, string, string];
  /** Branch, last branch, trunk, gap of a tree. */
  readonly tree: readonly [string, string, string, string];
  readonly scroll: string;
}

export interface Theme {
  readonly depth: ColorDepth;
  readonly symbols: Symbols;
  /** The SGR sequence that starts `role`; empty for plain text. */
  readonly start: Readonly<Record<Role, string>>;
  paint(role: Role, text: string): string;
}

const unicode: Symbols = {
  ascii: false,
  up: '●',
  down: '○',
  partial: '◐',
  warning: '▲',
  changed: '◆',
  open: '▾',
  shut: '▸',
  dot: '·',
  arrow: '→',
  both: '↔',
  crumb: '›',
  cursor: '▌',
  paused: '❚❚',
  ellipsis: '…',
  sortUp: '↑',
  sortDown: '↓',
  bars: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  box: ['╭', '╮', '╯', '╰', '─', '│'],
  tree: ['├╴', '└╴', '│ ', '  '],
  scroll: '┃',
};

const plainAscii: Symbols = {
  ascii: true,
  up: '*',
  down: 'o',
  partial: '%',
  warning: '!',
  changed: '+',
  open: 'v',
  shut: '>',
  dot: '.',
  arrow: '->',
  both: '<->',
  crumb: '>',
  cursor: '>',
  paused: '||',
  ellipsis: '~',
  sortUp: '^',
  sortDown: 'v',
  bars: ['_', '.', '-', '=', 'o', 'O', '#', '#'],
  box: ['+', '+', '+', '+', '-', '|'],
  tree: ['|-', '`-', '| ', '  '],
  scroll: '#',
};

export interface ThemeOptions {
  readonly depth: ColorDepth;
  readonly ascii: boolean;
  /** Default: `default`. */
  readonly palette?: PaletteName;
}

export function createTheme(options: ThemeOptions): Theme {
  const { depth, palette = 'default' } = options;
  const codes = depth === 'none' ? attributes : palettes[palette][depth];
  const start = Object.fromEntries(
    Object.entries(codes).map(([role, code]) => [
      role,
      code
        .split(' ')
        .filter((part) => part !== '')
        .map((part) => `\u001b[${part}m`)
        .join(''),
    ]),
  ) as Record<Role, string>;
  return {
    depth: options.depth,
    symbols: options.ascii ? plainAscii : unicode,
    start,
    paint: (role, text) => (start[role] === '' || text === '' ? text : `${start[role]}${text}\u001b[0m`),
  };
}

/** The theme of each palette on this terminal, made when it is asked for; another one is another object. */
export type Themes = (palette: PaletteName) => Theme;

export function createThemes(terminal: Omit<ThemeOptions, 'palette'>): Themes {
  const made = new Map<PaletteName, Theme>();
  return (palette) => {
    const theme = made.get(palette) ?? createTheme({ ...terminal, palette });
    made.set(palette, theme);
    return theme;
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How many colours a terminal has, from its environment. */
export function colorDepthOf(environment: Environment): ColorDepth {
  const term = environment.TERM ?? '';
  if (term === 'dumb') return 'none';
  // screen(1) hands COLORTERM on from outside, and takes the numbers of a true colour for attributes.
  const inScreen = term.startsWith('screen') && (environment.TMUX ?? '') === '';
  const any = environment.COLORTERM === 'truecolor' || environment.COLORTERM === '24bit';
  if ((any && !inScreen) || term.endsWith('-direct')) return 'true';
  return /256color|kitty|alacritty|ghostty/.test(term) ? '256' : '16';
}

/**
 * Whether a terminal is likely to show ASCII alone: the Linux console and older ones by their fonts, others where their
 * locale says so (POSIX: LC_ALL before LC_CTYPE before LANG). Where no locale is set, as in many containers, nothing is said.
 */
export function wantsAscii({ TERM = '', LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  if (/^(?:linux|vt\d|ansi|cons)/.test(TERM)) return true;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '');
  return locale !== undefined && !/utf-?8/i.test(locale);
}
