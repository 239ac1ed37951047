/**
 * What the TUI costs, measured on the program itself under a pty of 160 by 50, and printed beside what it should cost:
 *
 *     npm run build && npx rolldown test/bench/tui.ts --platform node --external @lydell/node-pty --file node_modules/.cache/bench-tui.js
 *     node node_modules/.cache/bench-tui.js [first|frames|keys|files|idle]...      # as root, with tcpreplay; by default all
 *
 * Live is a network namespace of its own with a veth pair: nothing of this host is captured, and nothing leaves it.
 */
import { execFileSync, spawn as start } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { generate } from './generate.ts';

const netscope = resolve('dist/main.js');
const [columns, rows] = [160, 50];
const frameEnd = '\u001b[?2026l';
const all = ['first', 'frames', 'keys', 'files', 'idle'] as const;
/** Captures that are made once: a few hundred MB. */
const cache = join(tmpdir(), 'netscope-bench-tui');

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

interface Run {
  readonly child: IPty;
  readonly startedAt: number;
  /** Everything that came, and when the first whole frame was there. */
  output(): string;
  firstFrame(): number;
  /** Processor time of the process until then, in milliseconds: what the frame takes when nothing else runs. */
  firstFrameWork(): number;
  /** Milliseconds until then without those in which others had the processor. */
  firstFrameAlone(): number;
  lines(): readonly string[];
  /** Milliseconds from now until the screen is like that. */
  until(test: (lines: readonly string[]) => boolean, limit?: number): Promise<number>;
  stop(): Promise<void>;
}

function run(args: readonly string[]): Run {
  const { CI: _, NO_COLOR: __, ...rest } = process.env;
  const env: Record<string, string> = { TERM: 'xterm-256color', TZ: 'UTC' };
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) env[name] ??= value;
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [netscope, ...args], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    env,
  });
  let output = '';
  let first = Number.NaN;
  let work = Number.NaN;
  let alone = Number.NaN;
  const queuedBefore = queued(process.pid) / 2;
  let waiting: (() => void) | undefined;
  child.onData((data) => {
    output += data;
    if (Number.isNaN(first) && output.includes(frameEnd)) {
      first = performance.now() - startedAt;
      work = processorTime(child.pid) * 1000;
      alone = first - (queued(child.pid) - queuedBefore);
    }
    terminal.write(data, () => waiting?.());
  });
  const gone = new Promise<void>((done) => child.onExit(() => done()));
  const lines = () =>
    Array.from(
      { length: rows },
      (_row, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
    );
  return {
    child,
    startedAt,
    output: () => output,
    firstFrame: () => first,
    firstFrameWork: () => work,
    firstFrameAlone: () => alone,
    lines,
    until(test, limit = 20_000) {
      const from = performance.now();
      return new Promise((done, fail) => {
        const late = setTimeout(() => {
          waiting = undefined;
          fail(new Error(`nothing like ${test} in ${limit} ms:\n${lines().join('\n')}`));
        }, limit);
        const look = () => {
          if (!test(lines())) return;
          clearTimeout(late);
          waiting = undefined;
          done(performance.now() - from);
        };
        waiting = look;
        look();
      });
    },
    async stop() {
      child.write('q');
      const late = setTimeout(() => child.kill('SIGKILL'), 3000);
      await gone;
      clearTimeout(late);
      terminal.dispose();
    },
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function print(what: string, figures: string, target: string): void {
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${what.padEnd(38)} ${figures.padEnd(78)} ${target.padEnd(22)} load ${load}`);
}

/** Processor time of a process so far, in seconds: utime and stime of proc(5), in ticks of 10 ms. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Milliseconds that the main threads of a process and of this one were ready to run and did not, as others did. */
function queued(pid: number): number {
  const of = (path: string) => Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6;
  return of(`/proc/${pid}/schedstat`) + of('/proc/self/schedstat');
}

const has = (text: string) => (lines: readonly string[]) => lines.some((line) => line.includes(text));

async function firstFrames(): Promise<void> {
  const capture = captureOf('100mb.pcap', 155_000, 4000);
  const cases = [
    ['demo', ['demo'], 'at most 500 ms'],
    ['100 MB capture', ['-r', capture], 'at most 500 ms'],
    ['live', [], 'at most 400 ms'],
  ] as const;
  for (const [name, args, target] of cases) {
    const times: number[] = [];
    const work: number[] = [];
    const alone: number[] = [];
    const filled: number[] = [];
    for (let round = 0; round < 5; round++) {
      const one = run(args);
      await one.until(has('quit'));
      times.push(one.firstFrame());
      work.push(one.firstFrameWork());
      alone.push(one.firstFrameAlone());
      await one.until((lines) => /replay|capturing/.test(lines[0] ?? ''));
      filled.push(performance.now() - one.startedAt);
      await one.stop();
    }
    const text = (list: readonly number[]) =>
      `${Math.min(...list).toFixed(0)} (median ${quantile(list, 0.5).toFixed(0)})`;
    print(
      `first frame, ${name}`,
      `${text(alone)} ms undisturbed, ${text(times)} in all, processor ${text(work)}; all there ${text(filled)}`,
      target,
    );
  }
}

/** Bytes of frames while packets arrive, and whether anything cleared the screen. */
async function frameBytes(): Promise<void> {
  const traffic = replayed(captureOf('small.pcap', 20_000, 500), 500);
  const one = run(['-i', 'v0']);
  await one.until(has('capturing'));
  for (const [key, name] of [
    ['1', 'Topology'],
    ['2', 'Flows'],
    ['3', 'Packets, following'],
    ['4', 'Rules'],
    ['6', 'Statistics'],
  ] as const) {
    one.child.write(key);
    await wait(1500);
    const from = one.output().length;
    await wait(4000);
    const output = one.output().slice(from);
    const sizes = output
      .split('\u001b[?2026h')
      .slice(1)
      .map((frame) => Buffer.byteLength(frame) + 8);
    const cleared = output.includes('\u001b[2J') ? ', CLEARS' : '';
    const most = sizes.length === 0 ? 0 : Math.max(...sizes);
    const mean = Buffer.byteLength(output) / Math.max(1, sizes.length);
    print(
      `bytes a frame, ${name}`,
      `median ${quantile(sizes, 0.5)}, mean ${mean.toFixed(0)}, most ${most}; ${(sizes.length / 4).toFixed(1)}/s${cleared}`,
      'below 1000, no clear',
    );
  }
  await one.stop();
  traffic();
}

/** The row that the cursor's mark is on. */
const cursorRow = (lines: readonly string[]) => lines.findIndex((line) => line.includes('▌'));

/** Milliseconds from a key to the screen: in all, and without those in which others had the processor. */
interface Answer {
  readonly time: number;
  readonly alone: number;
}

async function timeKeys(one: Run, count: number): Promise<readonly Answer[]> {
  const times: Answer[] = [];
  for (let at = 0; at < count; at++) {
    const before = cursorRow(one.lines());
    const waited = queued(one.child.pid);
    one.child.write(at % 8 < 4 ? 'j' : 'k');
    const time = await one.until((lines) => cursorRow(lines) !== before && cursorRow(lines) >= 0, 30_000);
    times.push({ time, alone: Math.max(0, time - (queued(one.child.pid) - waited)) });
    await wait(37 + (at % 5) * 11);
  }
  return times;
}

async function timeViews(one: Run, what: string): Promise<void> {
  for (const [key, title] of [
    ['2', '─ Flows ─'],
    ['3', '─ Packets ─'],
  ] as const) {
    one.child.write(key);
    await one.until(has(title), 60_000);
    // To the top, so that the cursor is on a row and follows nothing.
    one.child.write('gjjj');
    await wait(1000);
    const times = await timeKeys(one, 60);
    const text = (list: readonly number[]) =>
      `p50 ${quantile(list, 0.5).toFixed(0)}, p95 ${quantile(list, 0.95).toFixed(0)}, most ${Math.max(...list).toFixed(0)} ms`;
    const figures = `${text(times.map(({ alone }) => alone))} undisturbed; ${text(times.map(({ time }) => time))} in all`;
    print(`key to paint, ${what}, ${title.replace(/[─ ]/g, '')}`, figures, 'p95 below 50 ms');
  }
}

/** A million packets and a hundred thousand flows listed, and 50,000 packets a second arriving. */
async function keys(): Promise<void> {
  const file = join(cache, 'many.pcap');
  if (!existsSync(file)) writeFileSync(file, manyFlows(100_000));
  const one = run(['-i', 'v0']);
  await one.until(has('capturing'));
  const traffic = replayed(file, 50_000);
  await wait(21_000);
  await timeViews(one, '1M packets, 50k/s');
  print('  of which', one.lines()[0]?.trim().slice(0, 110) ?? '', '');
  traffic();
  await one.stop();
}

async function files(): Promise<void> {
  const one = run(['-r', captureOf('million.pcap', 1_000_000, 100_000)]);
  await one.until((lines) => / replay /.test(lines[0] ?? ''), 60_000);
  await timeViews(one, 'file of 1M packets');
  await one.stop();
}

async function idle(): Promise<void> {
  const one = run(['-i', 'v0']);
  await one.until(has('capturing'));
  await wait(6000);
  const from = processorTime(one.child.pid);
  await wait(15_000);
  const share = (processorTime(one.child.pid) - from) / 15;
  print('idle, live', `${(share * 100).toFixed(1)} % of a core`, 'below 3 %');
  await one.stop();
}

function captureOf(name: string, packets: number, flows: number): string {
  mkdirSync(cache, { recursive: true });
  const path = join(cache, name);
  if (!existsSync(path)) generate(path, packets, flows);
  return path;
}

/** Sends a capture over and over at this rate. Returns the way to stop. */
function replayed(file: string, rate: number): () => void {
  const args = ['-q', '-i', 'v1', '--preload-pcap', '--loop', '0', '--pps', String(rate), file];
  const child = start('tcpreplay', args, { stdio: 'ignore' });
  return () => child.kill('SIGKILL');
}

/** A datagram of 64 bytes for each of so many flows. */
function manyFlows(flows: number): Buffer {
  const frameLength = 14 + 20 + 8 + 64;
  const file = Buffer.alloc(24 + flows * (16 + frameLength));
  file.writeUInt32LE(0xa1b2c3d4, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(65_535, 16);
  file.writeUInt32LE(1, 20);
  for (let flow = 0; flow < flows; flow++) {
    const at = 24 + flow * (16 + frameLength);
    file.writeUInt32LE(frameLength, at + 8);
    file.writeUInt32LE(frameLength, at + 12);
    const frame = at + 16;
    file.write('0200000000020200000000010800', frame, 'hex');
    file.write('4500005c000040004011000000000000', frame + 14, 'hex');
    file.writeUInt32BE(0x0a090000 + (flow % 50_000), frame + 26);
    file.writeUInt32BE(0x0a0a0001, frame + 30);
    file.writeUInt16BE(40_000 + (flow >> 14), frame + 34);
    file.writeUInt16BE(9, frame + 36);
    file.writeUInt16BE(72, frame + 38);
  }
  return file;
}

const steps = { first: firstFrames, frames: frameBytes, keys, files, idle };

async function inside(names: readonly string[]): Promise<void> {
  const ip = (...args: readonly string[]) => execFileSync('ip', args);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1');
  for (const name of ['v0', 'v1']) ip('link', 'set', name, 'up');
  for (const name of all) if (names.length === 0 || names.includes(name)) await steps[name]();
}

const [role, ...names] = process.argv.slice(2);
if (role === 'inside') {
  await inside(names);
  process.exit(0);
} else {
  const alone = ['--mount', '--net', '--pid', '--fork', '--mount-proc'];
  const program = [process.execPath, process.argv[1] ?? '', 'inside', ...process.argv.slice(2)];
  execFileSync('unshare', [...alone, ...program], { stdio: 'inherit' });
}
