/** Running programs inside a lab: which namespaces they enter, as whom, and how they are waited for. */
import { constants } from 'node:os';
import { execa } from 'execa';
import { childrenOf } from './processes.ts';

export interface RunOptions {
  /** A namespace of the host's `ip netns`; the network namespace alone is entered. */
  readonly namespace?: string;
  /** A running container; its network namespace alone is entered, so that the host's programs are there. */
  readonly container?: string;
  /** `true`: run in the world outside the host. */
  readonly outside?: boolean;
  /** `true`: run as `nobody`, without privileges or groups. */
  readonly unprivileged?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds, then the program is killed. Default: 30 seconds. */
  readonly timeout?: number;
}

export interface RunResult {
  /** 128 + the signal's number for a program that a signal ended, as a shell counts. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that runs in the lab in the background. */
export interface LabProcess {
  readonly result: Promise<RunResult>;
  /** Sends a signal to the program itself, not to what wraps it. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when standard output or standard error matches; rejects when the program ends before. */
  until(pattern: RegExp): Promise<void>;
}

export interface Inits {
  readonly pid: number;
  readonly outsidePid: number;
}

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all', '--inh-caps=-all'];

/** The command line that runs `command` where and as `options` say. */
export async function wrapped(
  inits: Inits,
  command: readonly string[],
  options: RunOptions,
): Promise<string[]> {
  const whole = [
    'nsenter',
    '-t',
    String(options.outside === true ? inits.outsidePid : inits.pid),
    '-a',
    '--',
  ];
  const network: string[] = [];
  if (options.namespace !== undefined) network.push('nsenter', `--net=/run/netns/${options.namespace}`, '--');
  if (options.container !== undefined) {
    const inspect = ['docker', 'inspect', '--format', '{{.State.Pid}}', options.container];
    const { stdout } = await execa('nsenter', [...whole.slice(1), ...inspect], { env: environment() });
    network.push('nsenter', '-t', stdout.trim(), '-n', '--');
  }
  // nsenter stays as the parent of what it started (a new pid namespace needs a fork): if it is killed, so is the program.
  const wrapper = ['setpriv', '--pdeathsig', 'KILL', ...(options.unprivileged === true ? nobody : []), '--'];
  return [...whole, ...network, ...wrapper, ...command];
}

export async function spawnIn(
  inits: Inits,
  command: readonly string[],
  options: RunOptions = {},
): Promise<LabProcess> {
  const [file = '', ...args] = await wrapped(inits, command, options);
  const child = execa(file, args, {
    reject: false,
    stdin: 'ignore',
    env: environment(options.env),
    extendEnv: false,
    timeout: options.timeout ?? 30_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const seen: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-100_000);
      for (const look of seen) look();
    });
  }
  const result = child.then(({ exitCode: status, signal, stdout, stderr, timedOut, shortMessage }) => {
    const exitCode = signal === undefined ? status : 128 + constants.signals[signal];
    if (timedOut) throw new Error(`${command.join(' ')}: no end within the time\n${stdout}\n${stderr}`);
    if (exitCode === undefined) throw new Error(`${command.join(' ')}: ${shortMessage}\n${stderr}`);
    return { exitCode, stdout, stderr };
  });
  // A process whose result nobody awaits ends with its host; that is no unhandled rejection.
  result.catch(() => {});
  return {
    result,
    signal(name) {
      for (const pid of child.pid === undefined ? [] : childrenOf(child.pid)) process.kill(pid, name);
    },
    until(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(output)) resolve();
        };
        seen.push(look);
        look();
        const ended = () => reject(new Error(`${command.join(' ')} ended before ${pattern}:\n${output}`));
        result.then(ended, ended);
      });
    },
  };
}

/** Without what would point the lab at the machine's engine or change how programs print. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries({ ...process.env, ...more }).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (!/^(DOCKER_|LAB_|VITEST|CI$|NODE_OPTIONS)/.test(entry[0]) || entry[0] in more),
  );
  return { ...Object.fromEntries(kept), PATH: `/run/lab/bin:${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
}
