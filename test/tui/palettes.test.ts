import { describe, expect, it } from 'vitest';
import { type PaletteName, paletteNames, palettes } from '../../src/tui/palettes.ts';
import { createTheme } from '../../src/tui/theme.ts';

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
function contrast(color: number): number {
  const light = luminance(rgbOf(color));
  return Math.min((light + 0.05) / 0.05, 1.05 / (light + 0.05));
}

/** The foregrounds of the roles that have no background of their own. */
function foregrounds(name: PaletteName): readonly (readonly [string, number])[] {
  return Object.entries(palettes[name]['256']).flatMap(([role, codes]) => {
    const [, color] = /38;5;(\d+)/.exec(codes) ?? [];
    return color === undefined || codes.includes('48;5') ? [] : [[role, Number(color)] as const];
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

function distance(a: number, b: number, matrix: readonly Rgb[]): number {
  const seen = (color: number) => {
    const [red, green, blue] = rgbOf(color);
    return matrix.map(([x, y, z]) => x * red + y * green + z * blue);
  };
  const other = seen(b);
  return Math.hypot(...seen(a).map((value, index) => value - (other[index] ?? 0)));
}

describe.each(paletteNames)('the palette %s', (name) => {
  it('is readable on black and on white', () => {
    const least = name === 'high-contrast' ? 4 : 3;
    for (const [role, color] of foregrounds(name)) {
      expect(contrast(color), `${role} ${color}`).toBeGreaterThanOrEqual(least);
    }
  });

  it('has a look for every role, one attribute a sequence', () => {
    for (const depth of ['16', '256'] as const) {
      const { start } = createTheme({ depth, ascii: false, palette: name });
      expect(Object.keys(start)).toEqual(Object.keys(palettes.default[depth]));
      for (const code of Object.values(start)) {
        expect(code).toMatch(/^(?:\u001b\[(?:\d+|[34]8;5;\d+)m)*$/);
      }
    }
  });
});

it.each(Object.entries(blindness))('good, doubtful and bad stay apart with %s', (_, matrix) => {
  const colors = new Map(foregrounds('color-blind'));
  const [good = 0, warn = 0, bad = 0] = ['good', 'warn', 'bad'].map((role) => colors.get(role));
  expect(distance(good, warn, matrix)).toBeGreaterThan(80);
  expect(distance(good, bad, matrix)).toBeGreaterThan(80);
  expect(distance(warn, bad, matrix)).toBeGreaterThan(80);
});
