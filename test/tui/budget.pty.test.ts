/**
 * What the TUI costs, measured on the program under a pty and printed: bytes a frame, processor time when
 * nothing happens, and the time from a key to the screen with a long session and packets arriving.
 * How long a key takes is printed, not judged, as machines may be busy; test/bench/tui.ts measures the real program.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

const columns = 160;
const rows = 50;
let run: PtyRun;

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

async function start(script: object): Promise<void> {
  run = runPty({ columns, rows, env: { FAKE: JSON.stringify(script) } });
  await run.until((screen) => screen.includes('q quit'), 'the first frame');
  await wait(500);
}

/** Processor time of the program so far, in seconds: utime and stime of proc(5), in ticks of 10 ms. */
function processorTime(): number {
  const fields = readFileSync(`/proc/${run.pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function framesIn(output: string): readonly number[] {
  return output
    .split('\u001b[?2026h')
    .slice(1)
    .map((frame) => Buffer.byteLength(frame) + 8);
}

function median(values: readonly number[], part = 0.5): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Milliseconds from sending a key to the end of the frame that answers it. */
async function timeKey(key: string): Promise<number> {
  const before = run.output.length;
  const start = performance.now();
  run.send(key);
  while (!run.output.includes('\u001b[?2026l', before)) {
    if (performance.now() - start > 3000) throw new Error(`no answer to ${key}`);
    await new Promise((done) => setImmediate(done));
  }
  return performance.now() - start;
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe(`on ${columns}x${rows}`, () => {
  it.each([
    ['1', 'topology'],
    ['2', 'flows'],
    ['4', 'rules'],
  ])(
    'view %s (%s) costs less than 1 kB a frame while packets arrive, and never clears the screen',
    async (key, name) => {
      await start({ arriving: 500 });
      run.send(key);
      await wait(500);
      const from = run.output.length;
      await wait(3000);
      const output = run.output.slice(from);
      const frames = framesIn(output);
      console.log(
        `${name}: ${frames.length} frames in 3 s, median ${median(frames)}, largest ${Math.max(...frames)} bytes`,
      );
      expect(frames.length).toBeGreaterThan(5);
      expect(median(frames)).toBeLessThan(1000);
      expect(output).not.toContain('\u001b[2J');
    },
  );

  it('packets that follow the newest cost less than 1 kB a frame, because the list moves on now and then only', async () => {
    await start({ arriving: 500 });
    run.send('3');
    await wait(500);
    const from = run.output.length;
    await wait(3000);
    const frames = framesIn(run.output.slice(from));
    const mean = frames.reduce((sum, size) => sum + size, 0) / frames.length;
    console.log(
      `packets, following: median ${median(frames)}, mean ${mean.toFixed(0)}, largest ${Math.max(...frames)} bytes`,
    );
    expect(median(frames)).toBeLessThan(1000);
  });

  it('costs next to nothing when nothing happens', async () => {
    await start({});
    await wait(2500);
    const from = processorTime();
    await wait(5000);
    const share = (processorTime() - from) / 5;
    console.log(`idle: ${(share * 100).toFixed(1)} % of a core`);
    expect(share).toBeLessThan(0.03);
  });
});

describe('with a million packets and a hundred thousand connections', () => {
  it.each([
    ['3', 'packets'],
    ['2', 'flows'],
  ])(
    'view %s (%s) answers keys at once while packets arrive',
    async (view, name) => {
      await start({ packets: 1_000_000, connections: 100_000, arriving: 5000 });
      await timeKey(view);
      await wait(1000);
      const times: number[] = [];
      for (const key of 'jjjjjjjjkkkkkkkkGgGg\u0004\u0004\u0004\u0015\u0015jjjjjjjjjjjjjjjj') {
        times.push(await timeKey(key));
        await wait(30);
      }
      console.log(
        `${name}: key to paint median ${median(times).toFixed(1)} ms, 95th percentile ${median(times, 0.95).toFixed(1)} ms`,
      );
    },
    60_000,
  );
});
