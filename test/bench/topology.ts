/**
 * What `netscope topology --json` costs against a shell loop of `ip -n NS -j -d addr` over the same namespaces, whole
 * processes by the clock and by processor time, and whether it has the peer of every veth right:
 *
 *     npm run build && npx rolldown test/bench/topology.ts --platform node --file /tmp/topology.js
 *     node /tmp/topology.js [NAMESPACES...]          # as root; by default with 100 and then 500
 *
 * The namespaces are made inside PID, mount and network namespaces of its own, and go with them. There are as many
 * veth pairs, between any two of them or within one, some moved twice; ifindexes collide everywhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const netscope = resolve('dist/main.js');
const output = '/run/output';
const repetitions = 5;

/** Where the ends of each pair were put: pair N is `pNa` and `pNb`. */
const home = new Map<string, string>();

const [role, ...rest] = process.argv.slice(2);
if (role === 'inside') measure(rest.map(Number));
else {
  const sizes = role === undefined ? ['100', '500'] : [role, ...rest];
  const alone = ['--mount', '--net', '--pid', '--fork', '--mount-proc'];
  const program = [process.execPath, process.argv[1] ?? '', 'inside', ...sizes];
  execFileSync('unshare', [...alone, ...program], { stdio: 'inherit' });
}

function measure(sizes: readonly number[]): void {
  // Neither the names nor the engines of the machine.
  execFileSync('mount', ['-t', 'tmpfs', 'none', '/run']);
  let made = 0;
  for (const size of sizes) {
    grow(made, size);
    made = size;
    const loop = cost('for name in $(ls /run/netns); do ip -n $name -j -d addr; done');
    const topology = cost(`${process.execPath} ${netscope} topology --json`);
    const ratio = (of: keyof Cost) => (loop[of] / topology[of]).toFixed(1);
    console.log(
      `${size} namespaces: ip ${text(loop)}, netscope ${text(topology)} (${((topology.wall / size) * 1000).toFixed(2)} ms each): ` +
        `${ratio('wall')} times as fast by the clock, ${ratio('processor')} by processor time; ${checked()}`,
    );
  }
}

/** Adds namespaces and pairs. */
function grow(from: number, to: number): void {
  const numbers = Array.from({ length: to - from }, (_, at) => from + at);
  batch(numbers.map((number) => `netns add n${number}`));
  // Any two: far apart, near, and itself.
  const pairs = numbers.map((number) => ({
    number,
    a: number,
    b: number % 10 === 0 ? number : (number * 7919) % to,
  }));
  batch(
    pairs.map(
      ({ number, a, b }) => `link add p${number}a netns n${a} type veth peer name p${number}b netns n${b}`,
    ),
  );
  for (const { number, a, b } of pairs) {
    home.set(`p${number}a`, `n${a}`);
    home.set(`p${number}b`, `n${b}`);
  }
  for (const number of numbers.filter((one) => one % 20 === 7)) {
    const stops = [`n${number}`, `n${(number * 31) % to}`, `n${(number * 17 + 3) % to}`];
    for (const [at, stop] of stops.slice(1).entries()) {
      if (stops[at] !== stop)
        execFileSync('ip', ['-n', stops[at] ?? '', 'link', 'set', `p${number}a`, 'netns', stop]);
    }
    home.set(`p${number}a`, stops[2] ?? '');
  }
  for (const number of numbers) {
    const ends = [...home].filter(([, namespace]) => namespace === `n${number}`).map(([end]) => end);
    batch(
      [
        'link set lo up',
        ...ends.flatMap((end) => [
          `link set ${end} up`,
          `address add 10.${number >> 8}.${number & 255}.1/24 dev ${end}`,
        ]),
      ],
      ['-n', `n${number}`],
    );
  }
}

function batch(lines: readonly string[], options: readonly string[] = []): void {
  execFileSync('ip', [...options, '-batch', '-'], { input: lines.join('\n') });
}

/** Seconds, of a shell command and what it starts: by the clock, and of processors, user and system. */
interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** The least of a few runs, each figure by itself. */
function cost(command: string): Cost {
  const runs = Array.from({ length: repetitions }, () => {
    const script = `TIMEFORMAT='%R %U %S'; time { ${command}; } >${output} 2>/dev/null`;
    const { stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
    return { wall, processor: user + system };
  });
  return {
    wall: Math.min(...runs.map(({ wall }) => wall)),
    processor: Math.min(...runs.map(({ processor }) => processor)),
  };
}

function text({ wall, processor }: Cost): string {
  return `${wall.toFixed(2)} s (processor ${processor.toFixed(2)} s)`;
}

/** What netscope printed last, against where the ends were put. */
function checked(): string {
  const inodes = new Map(
    readdirSync('/run/netns').map((name) => [name, `net:[${statSync(`/run/netns/${name}`).ino}]`]),
  );
  const { namespaces } = JSON.parse(readFileSync(output, 'utf8'));
  const expected = new Map(
    [...home].map(([end, namespace]) => [end, { end, namespace: inodes.get(namespace) ?? '' }]),
  );
  let wrong = 0;
  let missing = expected.size;
  for (const { id, links } of namespaces) {
    for (const { name, peer } of links) {
      if (expected.get(name)?.namespace !== id) continue;
      const other = expected.get(name.endsWith('a') ? name.replace('a', 'b') : name.replace('b', 'a'));
      if (peer === null) continue;
      missing--;
      if (peer.name !== other?.end || peer.namespace !== other?.namespace) wrong++;
    }
  }
  return `${expected.size} veth ends, ${missing} peers missing, ${wrong} wrong`;
}
