/** What is written for a frame turns the screen before into it: read back by a terminal that is not ours. */
import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScreen } from '../../src/tui/screen.ts';

const columns = 24;
const rows = 8;

const style = fc.constantFrom(
  '',
  '\u001b[1m',
  '\u001b[31m',
  '\u001b[38;5;244m',
  '\u001b[7m',
  '\u001b[48;5;24m',
);
const words = fc.constantFrom('a', 'docker0', '  ', '│', '├╴', '日本', 'é', '→', '0');
const line = fc
  .array(fc.tuple(style, words), { maxLength: 9 })
  .map((parts) => parts.map(([sgr, text]) => (sgr === '' ? text : `${sgr}${text}\u001b[0m`)).join(''));
const frame = fc.array(line, { maxLength: rows });

function terminal(): Terminal {
  return new Terminal({ cols: columns, rows, allowProposedApi: true });
}

function write(target: Terminal, data: string): Promise<void> {
  return new Promise((done) => target.write(data, done));
}

function cells(target: Terminal): string[] {
  const buffer = target.buffer.active;
  return Array.from({ length: rows * columns }, (_, at) => {
    const cell = buffer.getLine(Math.floor(at / columns))?.getCell(at % columns);
    const text = cell?.getChars() === '' && cell.getWidth() === 1 ? ' ' : cell?.getChars();
    // The colour of a blank cannot be seen, unless it is in reverse video.
    if (text === ' ' && !cell?.isInverse()) return [text, cell?.getBgColor()].join();
    return [text, cell?.getFgColor(), cell?.getBgColor(), cell?.isBold(), cell?.isInverse()].join();
  });
}

describe('a frame', () => {
  it('looks the same written over any other as on an empty screen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 4 }), async (frames) => {
        const steps = terminal();
        const screen = createScreen(columns, rows);
        for (const lines of frames) await write(steps, screen.draw(lines));
        const whole = terminal();
        await write(whole, createScreen(columns, rows).draw(frames.at(-1) ?? []));
        expect(cells(steps)).toEqual(cells(whole));
        steps.dispose();
        whole.dispose();
      }),
      { numRuns: 80 },
    );
  });

  it('whose list moved up looks the same as drawn whole, with what stands beside and around it', async () => {
    const frames = fc.array(
      fc.tuple(fc.array(line, { minLength: 7, maxLength: 12 }), fc.integer({ min: 0, max: 5 })),
      {
        minLength: 2,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(line, line, frames, async (header, footer, lists) => {
        const steps = terminal();
        const screen = createScreen(columns, rows);
        let last: readonly string[] = [];
        for (const [list, from] of lists) {
          last = [header, ...list.slice(from, from + rows - 2), footer].slice(0, rows);
          await write(steps, screen.draw(last));
          last = [header, ...list.slice(from + 1, from + rows - 1), footer].slice(0, rows);
          await write(steps, screen.draw(last));
        }
        const whole = terminal();
        await write(whole, createScreen(columns, rows).draw(last));
        expect(cells(steps)).toEqual(cells(whole));
        steps.dispose();
        whole.dispose();
      }),
      { numRuns: 80 },
    );
  });

  it('whose list moved up costs the rows that are new', async () => {
    const [tall, names] = [12, Array.from({ length: 30 }, (_, row) => `${row} a row of the list`)];
    const screen = createScreen(columns, tall);
    const target = new Terminal({ cols: columns, rows: tall, allowProposedApi: true });
    const shown = (from: number) => ['header', ...names.slice(from, from + 10), 'footer'];
    await write(target, screen.draw(shown(0)));
    const written = screen.draw(shown(3));
    await write(target, written);
    const buffer = target.buffer.active;
    const text = Array.from({ length: tall }, (_, row) => buffer.getLine(row)?.translateToString(true));
    expect(text).toEqual(shown(3));
    expect(written).not.toContain('9 a row');
    expect(written).toContain('10 a row');
    target.dispose();
  });

  it('that is the same costs nothing', () => {
    const screen = createScreen(columns, rows);
    screen.draw(['one', 'two']);
    expect(screen.draw(['one', 'two'])).toBe('');
  });

  it('with one number changed costs that number and its place', () => {
    const screen = createScreen(columns, rows);
    screen.draw(['packets 1,234 dropped 0', 'two']);
    const written = screen.draw(['packets 1,235 dropped 0', 'two']);
    expect(written).toBe('\u001b[?2026h\u001b[1;13H5\u001b[?2026l');
  });

  it('never goes past the last column, also with a wide character there', async () => {
    const target = terminal();
    const screen = createScreen(columns, rows);
    await write(target, screen.draw([`${'x'.repeat(columns - 1)}日`, 'next']));
    expect(target.buffer.active.getLine(0)?.translateToString(true)).toBe('x'.repeat(columns - 1));
    expect(target.buffer.active.getLine(1)?.translateToString(true)).toBe('next');
    target.dispose();
  });

  it('is written whole after a reset', () => {
    const screen = createScreen(columns, rows);
    screen.draw(['one']);
    screen.reset(columns, rows);
    expect(screen.draw(['one'])).toContain('\u001b[2J');
  });
});
