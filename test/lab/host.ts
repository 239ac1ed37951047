/**
 * Lab hosts for tests: a whole private Linux host with its own Docker engine, and a world outside it.
 *
 * `startHost()` takes about a second, a scenario two more. The machine's own namespaces, rules, sysctls and engine are
 * not touched, several hosts can run at once, and all of a host ends with the process that started it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { childrenOf, holdNamespaces, namespacesOf, processesIn } from './host/processes.ts';
import {
  environment,
  type Inits,
  type LabProcess,
  type RunOptions,
  type RunResult,
  spawnIn,
} from './host/run.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface HostOptions {
  /** A file of `test/lab/scenarios`, without `.sh`. Default: a host without containers. */
  readonly scenario?: string;
  /** `false`: a host without a Docker engine. */
  readonly docker?: boolean;
  /** Further arguments of dockerd, none with a blank in it. */
  readonly dockerd?: readonly string[];
  /** Which iptables the host has. Default: nft. */
  readonly backend?: 'nft' | 'legacy';
}

export interface LabHost {
  /** The host's init, as the tests' own pid namespace numbers it. */
  readonly pid: number;
  /** The init of the world outside. */
  readonly outsidePid: number;
  /** Runs a program to its end; throws, with its output, unless the exit status is 0. */
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** The same, for programs whose failure is an answer. */
  attempt(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  spawn(command: readonly string[], options?: RunOptions): Promise<LabProcess>;
  /** Runs the built netscope on the host; its exit status is part of the answer. */
  netscope(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  spawnNetscope(args: readonly string[], options?: RunOptions): Promise<LabProcess>;
  /** Runs a shell script of this folder on the host. */
  script(name: string, ...args: readonly string[]): Promise<RunResult>;
  /** Ends the host and all in it; throws if anything of it is left on the machine. */
  remove(): Promise<void>;
}

const tools = [
  ...[
    'dockerd',
    'iptables',
    'iptables-legacy',
    'nft',
    'busybox',
    'ip',
    'nsenter',
    'setpriv',
    'conntrack',
    'ethtool',
  ],
  ...['tcpdump', 'tshark', 'tcpreplay', 'socat', 'redis-server', 'mariadbd', 'psql'],
];

/**
 * Why this machine cannot run a lab, or undefined if it can. With CI_REQUIRE_LAB=1 it must: then this throws instead.
 *
 * @param more programs that this one needs besides.
 */
export function whyNoLab(more: readonly string[] = []): string | undefined {
  const missing = [...tools, ...more].filter(
    (tool) => spawnSync('which', [tool], { env: environment() }).status !== 0,
  );
  let why: string | undefined;
  if (process.getuid?.() !== 0) why = 'needs root';
  else if (missing.length > 0) why = `needs ${missing.join(', ')}: test/lab/README.md names the packages`;
  if (why !== undefined && process.env.CI_REQUIRE_LAB === '1') throw new Error(`the lab ${why}`);
  return why;
}

export async function startHost(options: HostOptions = {}): Promise<LabHost> {
  const starter = startStarter(options);
  const word = await Promise.race([firstWord(starter), starter.then(() => 'failed')]);
  const [outsidePid] = childrenOf(childrenOf(starter.pid ?? 0, 'unshare')[0] ?? 0);
  const [pid] = childrenOf(childrenOf(outsidePid ?? 0, 'unshare')[0] ?? 0);
  if (word !== 'ready' || outsidePid === undefined || pid === undefined) {
    starter.stdin.end();
    throw new Error(`the lab host did not start: ${(await starter).stderr}`);
  }
  const host = labHost({ pid, outsidePid }, starter);
  if (options.scenario !== undefined) {
    await host.script(`scenarios/${options.scenario}.sh`).catch(async (error: unknown) => {
      await host.remove();
      throw error;
    });
  }
  return host;
}

function labHost(inits: Inits, starter: Starter): LabHost {
  const namespaces = [...namespacesOf(inits.outsidePid), ...namespacesOf(inits.pid)];
  const held = [holdNamespaces(inits.outsidePid), holdNamespaces(inits.pid)];
  const attempt: LabHost['attempt'] = async (command, options) =>
    (await spawnIn(inits, command, options)).result;
  const run: LabHost['run'] = async (command, options) => {
    const result = await attempt(command, options);
    if (result.exitCode === 0) return result;
    throw new Error(
      `${command.join(' ')}: exit status ${result.exitCode}\n${result.stdout}\n${result.stderr}`,
    );
  };
  return {
    ...inits,
    run,
    attempt,
    spawn: (command, options) => spawnIn(inits, command, options),
    netscope: (args, options) => attempt([process.execPath, main, ...args], options),
    spawnNetscope: (args, options) => spawnIn(inits, [process.execPath, main, ...args], options),
    script: (name, ...args) => run(['bash', folder + name, ...args], { timeout: 60_000 }),
    remove: () =>
      remove(starter, namespaces).finally(() => {
        for (const release of held.splice(0)) release();
      }),
  };
}

type Starter = ReturnType<typeof startStarter>;

/** In a session of its own, so that a terminal's interrupt reaches the tests only; the closed pipe tells it then. */
function startStarter(options: HostOptions) {
  return execa('bash', [`${folder}host/start.sh`], {
    detached: true,
    cleanup: false,
    stdin: 'pipe',
    reject: false,
    extendEnv: false,
    env: environment({
      LAB_DOCKER: options.docker === false ? 'no' : 'yes',
      LAB_DOCKERD: (options.dockerd ?? []).join(' '),
      LAB_BACKEND: options.backend ?? 'nft',
    }),
  });
}

function firstWord(starter: Starter): Promise<string> {
  return new Promise((resolve) => {
    starter.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
}

async function remove(starter: Starter, namespaces: readonly string[]): Promise<void> {
  starter.stdin.end();
  await starter;
  let left: string[] = [];
  // The kernel ends the processes of a pid namespace one by one after its init.
  for (let tries = 0; tries < 50; tries++) {
    left = processesIn(namespaces);
    if (left.length === 0) break;
    await delay(100);
  }
  for (const root of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
    if (existsSync(`${root}/netscope-lab-${starter.pid}`)) left.push(`${root}/netscope-lab-${starter.pid}`);
  }
  if (left.length > 0) throw new Error(`the lab host left behind: ${left.join(', ')}`);
}
