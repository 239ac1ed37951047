/**
 * How long `netscope diagnose` takes on a lab host, whole process, by the clock and by processor time: where something
 * answers, where a rule stops the packets, and where nothing answers.
 *
 *     npm run build && npx rolldown test/bench/diagnose.ts --platform node --file /tmp/diagnose.js
 *     node /tmp/diagnose.js [REPETITIONS]          # as root
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const lab = resolve('test/lab/lab');
const netscope = [process.execPath, resolve('dist/main.js'), 'diagnose'];
const repetitions = Number(process.argv[2] ?? 5);
const environment = { ...process.env, LAB_NAME: 'bench' };

interface Case {
  readonly what: string;
  readonly pair: readonly [string, string];
  readonly broken?: string;
}

const cases: readonly Case[] = [
  { what: 'answers', pair: ['web', 'db:3306'] },
  { what: 'answers, without an attempt', pair: ['web', 'db:3306 --passive'] },
  { what: 'refuses', pair: ['web', 'db:3307'] },
  { what: 'does not exist', pair: ['web', 'nobody.example:80'] },
  {
    what: 'is stopped by a rule',
    pair: ['web', 'db:3306'],
    broken: 'iptables -I DOCKER-USER -p tcp --dport 3306 -j DROP',
  },
  { what: 'does not answer', pair: ['web', '198.51.100.99:80'] },
  {
    what: 'has no resolver',
    pair: ['web', 'far.example:80'],
    broken: 'iptables -I DOCKER-USER -p udp --dport 53 -j DROP',
  },
];

run(['start', 'small']);
try {
  for (const { what, pair, broken } of cases) {
    if (broken !== undefined) run(['enter', 'bash', '-c', broken]);
    const words = pair.flatMap((one) => one.split(' '));
    const times = Array.from({ length: repetitions }, () => timed(words)).toSorted((a, b) => a.wall - b.wall);
    if (broken !== undefined) run(['enter', 'bash', '-c', broken.replace('-I', '-D')]);
    const middle = times[Math.floor(times.length / 2)];
    const slowest = times.at(-1);
    console.log(
      `${pair.join(' ')} ${what}: median ${middle?.wall.toFixed(2)} s (processor ${middle?.processor.toFixed(2)} s), slowest ${slowest?.wall.toFixed(2)} s`,
    );
  }
} finally {
  run(['stop']);
}

function run(words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(lab, words, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
  return stdout;
}

function timed(words: readonly string[]): { readonly wall: number; readonly processor: number } {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1';
  const command = ['enter', 'bash', '-c', script, 'bash', ...netscope, ...words];
  const { stderr } = spawnSync(lab, command, { env: environment, encoding: 'utf8' });
  const [wall = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wall, processor: user + system };
}
