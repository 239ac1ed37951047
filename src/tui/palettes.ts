/** SGR parameters by role, one sequence per word: Ink keeps track of sequences with one attribute each only. */
import type { Role } from './theme.ts';

export const paletteNames = ['default', 'high-contrast', 'color-blind'] as const;
export type PaletteName = (typeof paletteNames)[number];

type Codes = Readonly<Record<Role, string>>;

export interface Palette {
  /** For terminals of 16 colours, which are the user's own. */
  readonly '16': Codes;
  /** For the 256-colour cube (xterm): from 16 on its colours are fixed. */
  readonly '256': Codes;
  /** For terminals that show any colour. */
  readonly true: Codes;
}

/** Attributes alone: bold, dim, underline, reverse video. */
export const attributes: Codes = {
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

const calm16: Codes = {
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

/** Mid tones: a contrast of at least 3:1 (WCAG 2.1, 1.4.11) on black and on white. */
const calm256: Codes = {
  ...attributes,
  faint: '38;5;244',
  accent: '38;5;30',
  good: '38;5;29',
  warn: '38;5;136',
  bad: '1 38;5;167',
  name: '38;5;30',
  address: '38;5;68',
  key: '1 38;5;30',
  mark: '38;5;16 48;5;179',
  border: '38;5;242',
  borderFocused: '38;5;30',
  selected: '38;5;231 48;5;24',
  selectedAway: '38;5;231 48;5;240',
};

/** Tones of one luminance, at 4.5:1 on black and on white (WCAG 2.1, 1.4.3): only true colour has them. */
const calmTrue: Codes = {
  ...attributes,
  faint: '38;2;117;117;117',
  accent: '38;2;20;129;142',
  good: '38;2;34;134;70',
  warn: '38;2;162;106;9',
  bad: '1 38;2;216;58;52',
  name: '38;2;20;129;142',
  address: '38;2;54;117;205',
  key: '1 38;2;20;129;142',
  mark: '38;2;0;0;0 48;2;215;175;95',
  border: '38;2;108;108;108',
  borderFocused: '38;2;20;129;142',
  selected: '38;2;255;255;255 48;2;0;95;135',
  selectedAway: '38;2;255;255;255 48;2;88;88;88',
};

/** The terminal's own text colour wherever a colour means nothing; what means something is bold, and at least 4:1. */
const contrast: Codes = {
  ...attributes,
  faint: '',
  border: '',
  name: '1',
  selectedAway: '1 4',
};

export const palettes: Readonly<Record<PaletteName, Palette>> = {
  default: { '16': calm16, '256': calm256, true: calmTrue },
  'high-contrast': {
    '16': { ...contrast, good: '1 32', warn: '1 33', bad: '1 31' },
    '256': { ...contrast, good: '1 38;5;28', warn: '1 38;5;130', bad: '1 38;5;161' },
    true: { ...contrast, good: '1 38;2;0;136;45', warn: '1 38;2;184;92;0', bad: '1 38;2;235;0;59' },
  },
  // Blue, yellow and magenta stay apart for people who do not tell red from green.
  'color-blind': {
    '16': { ...calm16, good: '94', bad: '1 95' },
    '256': { ...calm256, good: '38;5;32', bad: '1 38;5;161' },
    true: { ...calmTrue, good: '38;2;22;120;201', bad: '1 38;2;223;25;124' },
  },
};
