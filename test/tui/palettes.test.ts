import { describe, expect, it } from 'vitest';
import { type PaletteName, paletteNames, palettes } from '../../src/tui/palettes.ts';
import { colorDepthOf, createTheme, wantsAscii } from '../../src/tui/theme.ts';

type Rgb = readonly [number, number, number];

/** Colours of xterm's 256 from 16 on: a cube of 6x6x6, then 24 greys. */
function rgbOf(color: number): Rgb {
  if (color >= 232) {
    const grey = 8 + (color - 232) * 10;
    return [grey, grey, grey];
  }
  const levels = [0, 95, 135, 175, 215, 255];
  const at = (step: number) => levels[Math.floor((color - 16) / step) % 6] ?? 0;
  return [at(36), at(6), at(1)];
}

/** Relative luminance (WCAG 2.1). */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The lower of the contrasts on black and on white. */
function contrast(color: Rgb): number {
  const light = luminance(color);
  return Math.min((light + 0.05) / 0.05, 1.05 / (light + 0.05));
}

/** The foregrounds of the roles that have no background of their own. */
function foregrounds(name: PaletteName, depth: '256' | 'true'): readonly (readonly [string, Rgb])[] {
  return Object.entries(palettes[name][depth]).flatMap(([role, codes]) => {
    const [, fixed] = /38;5;(\d+)/.exec(codes) ?? [];
    const [, red, green, blue] = /38;2;(\d+);(\d+);(\d+)/.exec(codes) ?? [];
    if (codes.includes(' 48;')) return [];
    if (fixed !== undefined) return [[role, rgbOf(Number(fixed))] as const];
    return red === undefined ? [] : [[role, [Number(red), Number(green), Number(blue)]] as const];
  });
}

/** What people without red or green cones see (Machado, Oliveira and Fernandes 2009, severity 1). */
const blindness: Readonly<Record<string, readonly Rgb[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

function distance(a: Rgb, b: Rgb, matrix: readonly Rgb[]): number {
  const seen = ([red, green, blue]: Rgb) => matrix.map(([x, y, z]) => x * red + y * green + z * blue);
  const other = seen(b);
  return Math.hypot(...seen(a).map((value, index) => value - (other[index] ?? 0)));
}

describe.each(paletteNames)('the palette %s', (name) => {
  it('is readable on black and on white', () => {
    const least = name === 'high-contrast' ? 4 : 3;
    for (const [role, color] of foregrounds(name, '256'))
      expect(contrast(color), `${role} ${color}`).toBeGreaterThanOrEqual(least);
    for (const [role, color] of foregrounds(name, 'true'))
      expect(contrast(color), `${role} ${color}`).toBeGreaterThanOrEqual(role === 'border' ? 3 : 4.5);
  });

  it('has a look for every role, one attribute a sequence', () => {
    for (const depth of ['16', '256', 'true'] as const) {
      const { start } = createTheme({ depth, ascii: false, palette: name });
      expect(Object.keys(start)).toEqual(Object.keys(palettes.default[depth]));
      for (const code of Object.values(start)) {
        expect(code).toMatch(/^(?:\u001b\[(?:\d+|[34]8;5;\d+|[34]8;2;\d+;\d+;\d+)m)*$/);
      }
    }
  });
});

describe.each(Object.entries(blindness))('with %s', (_, matrix) => {
  it.each(['256', 'true'] as const)('good, doubtful and bad stay apart in %s colours', (depth) => {
    const colors = new Map(foregrounds('color-blind', depth));
    const [good, warn, bad] = ['good', 'warn', 'bad'].map((role) => colors.get(role));
    if (good === undefined || warn === undefined || bad === undefined) throw new Error('no such role');
    const least = depth === '256' ? 80 : 60;
    expect(distance(good, warn, matrix)).toBeGreaterThan(least);
    expect(distance(good, bad, matrix)).toBeGreaterThan(least);
    expect(distance(warn, bad, matrix)).toBeGreaterThan(least);
  });
});

describe('what a terminal can show', () => {
  it.each([
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, 'true'],
    [{ TERM: 'xterm-direct' }, 'true'],
    [{ TERM: 'xterm-256color' }, '256'],
    [{ TERM: 'screen-256color', COLORTERM: 'truecolor', STY: '1.pts-0' }, '256'],
    [{ TERM: 'screen', COLORTERM: 'truecolor' }, '16'],
    [{ TERM: 'tmux-256color', COLORTERM: 'truecolor', TMUX: '/tmp/tmux' }, 'true'],
    [{ TERM: 'linux' }, '16'],
    [{ TERM: 'xterm' }, '16'],
    [{ TERM: 'dumb', COLORTERM: 'truecolor' }, 'none'],
  ] as const)('in colours, of %o is %s', (environment, depth) => {
    expect(colorDepthOf(environment)).toBe(depth);
  });

  it.each([
    [{ TERM: 'xterm-256color', LANG: 'de_DE.UTF-8' }, false],
    [{ TERM: 'xterm-256color', LANG: 'C.utf8' }, false],
    [{ TERM: 'xterm-256color' }, false],
    [{ TERM: 'xterm-256color', LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, true],
    [{ TERM: 'xterm-256color', LANG: 'de_DE@euro', LC_ALL: '' }, true],
    [{ TERM: 'linux', LANG: 'de_DE.UTF-8' }, true],
    [{ TERM: 'vt220', LANG: 'de_DE.UTF-8' }, true],
  ] as const)('of %o is ASCII alone: %s', (environment, ascii) => {
    expect(wantsAscii(environment)).toBe(ascii);
  });
});
