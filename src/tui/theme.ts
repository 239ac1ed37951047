/**
 * What things look like. Views name roles (`good`, `address`), never colours; a theme turns roles into
 * SGR sequences. Every state has a symbol besides its colour, so that nothing is lost without colours.
 */

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

export type ColorDepth = 'none' | '16' | '256';

export interface Symbols {
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

/**
 * SGR parameters by role, one sequence per word: Ink keeps track of sequences with one attribute each only.
 * Here attributes alone: bold, dim, underline, reverse video.
 */
const attributes: Record<Role, string> = {
  plain: '',
  strong: '1',
  faint: '2',
  accent: '1',
  good: '',
  warn: '1',
  bad: '1',
  name: '',
  address: '',
  key: '1',
  mark: '4',
  border: '2',
  borderFocused: '1',
  selected: '7',
  selectedAway: '4',
};

const sixteen: Record<Role, string> = {
  ...attributes,
  faint: '90',
  accent: '36',
  good: '32',
  warn: '33',
  bad: '31',
  name: '36',
  address: '34',
  key: '1 36',
  mark: '30 43',
  border: '90',
  borderFocused: '36',
  selected: '97 44',
  selectedAway: '97 100',
};

/** Mid tones of the 256-colour cube: at least 3:1 on black and on white. */
const cube: Record<Role, string> = {
  ...attributes,
  faint: '38;5;244',
  accent: '38;5;37',
  good: '38;5;35',
  warn: '38;5;172',
  bad: '1 38;5;167',
  name: '38;5;37',
  address: '38;5;68',
  key: '1 38;5;37',
  mark: '38;5;16 48;5;179',
  border: '38;5;242',
  borderFocused: '38;5;37',
  selected: '38;5;231 48;5;24',
  selectedAway: '38;5;231 48;5;240',
};

export function createTheme(options: { readonly depth: ColorDepth; readonly ascii: boolean }): Theme {
  const codes = options.depth === 'none' ? attributes : options.depth === '16' ? sixteen : cube;
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

/** How many colours a terminal has, from its environment. */
export function colorDepthOf(environment: Readonly<Record<string, string | undefined>>): ColorDepth {
  const term = environment.TERM ?? '';
  if (term === 'dumb') return 'none';
  if (environment.COLORTERM === 'truecolor' || environment.COLORTERM === '24bit') return '256';
  return /256color|direct|kitty|alacritty|ghostty/.test(term) ? '256' : '16';
}
