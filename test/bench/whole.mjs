/**
 * What `netscope flows -r` costs as a whole process, beside `capinfos -c` and `tshark -q -z conv,tcp -z conv,udp` on the
 * same file in the same run: `node test/bench/whole.mjs CAPTURE [ROUNDS] [--tenfold]`, after `npm run build`.
 * test/bench/generate.ts writes the capture. Prints medians and the lowest of the wall clock and of the
 * processor time (user and system), their ratios, and the largest resident memory; with `--tenfold` also that of reading the
 * capture (a pcap file) from a pipe, once and with its packets ten times over. Needs GNU time(1).
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const tenfold = process.argv.includes('--tenfold');
const [capture, rounds = '5'] = process.argv.slice(2).filter((word) => word !== '--tenfold');
if (capture === undefined) throw new Error('usage: whole.mjs CAPTURE [ROUNDS] [--tenfold]');

const netscope = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const commands = {
  'capinfos -c': (file) => ['capinfos', '-c', file],
  'tshark conv': (file) => ['tshark', '-q', '-z', 'conv,tcp', '-z', 'conv,udp', '-r', file],
  'netscope flows': (file) => [process.execPath, netscope, 'flows', '-r', file],
  'netscope flows --json': (file) => [process.execPath, netscope, 'flows', '-r', file, '--json'],
};

/** At most these times what the other tool takes. */
const targets = { 'capinfos -c': 4, 'tshark conv': 1 / 15 };

const format = '%e %U %S %M';

function run(words) {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', format, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')} failed: ${stderr}`);
  return costs(stderr);
}

/** What time(1) said at the end. */
function costs(stderr) {
  const [wall, user, system, kilobytes] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, processor: user + system, megabytes: kilobytes / 1024 };
}

/** Median and lowest: on a machine that others use, the lowest says more. */
function summary(numbers) {
  const sorted = numbers.toSorted((x, y) => x - y);
  return { median: sorted[Math.floor(sorted.length / 2)], lowest: sorted[0] };
}

const runs = new Map(Object.keys(commands).map((name) => [name, []]));
// Into the page cache: disks are not what is measured.
run(commands['capinfos -c'](capture));
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, words] of Object.entries(commands)) runs.get(name).push(run(words(capture)));
}

const summaries = new Map();
console.log(`${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, ${rounds} rounds`);
for (const [name, results] of runs) {
  const wall = summary(results.map((result) => result.wall));
  const processor = summary(results.map((result) => result.processor));
  const megabytes = Math.max(...results.map((result) => result.megabytes));
  summaries.set(name, { wall, processor });
  console.log(
    `${name}: wall ${wall.median} s (lowest ${wall.lowest}), processor ${processor.median.toFixed(2)} s (lowest ${processor.lowest.toFixed(2)}), ${megabytes.toFixed(0)} MB`,
  );
}
for (const [name, target] of Object.entries(targets)) {
  for (const own of ['netscope flows', 'netscope flows --json']) {
    const [ours, theirs] = [summaries.get(own), summaries.get(name)];
    const ratio = (clock, which) => (ours[clock][which] / theirs[clock][which]).toFixed(3);
    const met = ours.wall.median <= target * theirs.wall.median ? 'met' : 'missed';
    console.log(
      `${own} / ${name}: wall ${ratio('wall', 'median')} (lowest ${ratio('wall', 'lowest')}), processor ${ratio('processor', 'median')}; at most ${target.toFixed(3)}: ${met}`,
    );
  }
}

/** Octets of the file header of pcap, which only the first of several copies has. */
const headerLength = 24;

/** The capture's packets so many times over, through a pipe. */
async function piped(times) {
  const words = ['-f', format, ...commands['netscope flows']('-')];
  const child = spawn('/usr/bin/time', words, { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  for (let copy = 0; copy < times; copy++) {
    const file = createReadStream(capture, { start: copy === 0 ? 0 : headerLength, highWaterMark: 1 << 20 });
    for await (const chunk of file) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [status] = await closed;
  if (status !== 0) throw new Error(`reading from a pipe failed: ${stderr}`);
  return costs(stderr);
}

for (const times of tenfold ? [1, 10] : []) {
  const { wall, megabytes } = await piped(times);
  console.log(
    `netscope flows of ${times} x the packets, piped: ${wall.toFixed(2)} s, ${megabytes.toFixed(0)} MB`,
  );
}
