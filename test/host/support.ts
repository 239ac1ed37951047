/** What the tests of `host/` need from the machine. With CI_REQUIRE_LAB=1 nothing is skipped: it fails instead. */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { describe } from 'vitest';
import { type NamespaceReading, readNamespace } from '../../src/host/namespace-state.ts';
import type { NamespaceSearch } from '../../src/host/namespaces/find.ts';
import { FoundNamespaces } from '../../src/host/namespaces/found.ts';
import { NamespaceHandles } from '../../src/host/namespaces/handles.ts';

export const required = process.env.CI_REQUIRE_LAB === '1';

export const isRoot = process.getuid?.() === 0;

/** A suite that needs root. */
export function describeAsRoot(name: string, suite: () => void): void {
  describeWith(isRoot, 'needs root', name, suite);
}

/** A suite that needs root and these programs. */
export function describeWithTools(tools: readonly string[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => !hasTool(tool));
  const reason = isRoot ? `needs ${missing.join(', ')}` : 'needs root';
  describeWith(isRoot && missing.length === 0, reason, name, suite);
}

function describeWith(able: boolean, reason: string, name: string, suite: () => void): void {
  if (able || required) describe(name, suite);
  else describe.skip(`${name} (skipped: ${reason})`, suite);
}

export function hasTool(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Lab {
  /** Process that lives in the lab's namespaces, in the PID namespace of the test. */
  readonly pid: number;
  /** `net:[...]` */
  readonly id: string;
  /** Runs a program inside and returns what it printed. */
  readonly run: (program: string, ...args: string[]) => string;
  readonly json: (program: string, ...args: string[]) => unknown;
  readonly stop: () => void;
}

/**
 * A network and mount namespace of its own, with a /run of its own, after `script` (sh) has run in it. Whatever the
 * script leaves running lives in a PID namespace that ends with the lab.
 *
 * @param unshare further options of unshare(1): `-C` for a cgroup namespace.
 */
export async function startLab(script = '', unshare: readonly string[] = []): Promise<Lab> {
  const init = `mount -t tmpfs tmpfs /run && mkdir -p /run/netns && ip link set lo up\n${script}\necho ready\nread end`;
  const child = spawn(
    'unshare',
    [...unshare, '-n', '-m', '-p', '--fork', '--kill-child', '--mount-proc', 'sh', '-e', '-c', init],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('ready')) resolve();
    });
    child.on('exit', () => reject(new Error(`the lab did not start: ${errors}`)));
  });
  const pid = Number(
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')[0],
  );
  const run = (program: string, ...args: string[]): string =>
    execFileSync('nsenter', ['-t', String(pid), '-n', '-m', '-p', program, ...args], { encoding: 'utf8' });
  return {
    pid,
    id: readlinkSync(`/proc/${pid}/ns/net`),
    run,
    json: (program, ...args) => JSON.parse(run(program, ...args)),
    stop: () => child.kill('SIGKILL'),
  };
}

/** The state of one namespace, read as `takeSnapshot` reads it. */
export function readLab(
  lab: Lab,
  sockets: NamespaceSearch['sockets'] = new Map(),
  asHost = false,
): NamespaceReading {
  const own = readlinkSync('/proc/thread-self/ns/net');
  const handles = new NamespaceHandles(1);
  try {
    const door = `/proc/${lab.pid}/ns/net`;
    return readBy(door, lab.id, { handles, sockets, host: asHost ? lab.id : own });
  } finally {
    handles.close();
  }
}

/** The same of the namespace `id` that `door` opens. */
export function readBy(
  door: string,
  id: string,
  search: Pick<NamespaceSearch, 'sockets' | 'host'> & { readonly handles: NamespaceHandles },
): NamespaceReading {
  const found = new FoundNamespaces().add(id, 'process', door);
  if (found === undefined) throw new Error(`${id} is no namespace`);
  const reading = readNamespace(found, {
    search: {
      namespaces: [found],
      own: readlinkSync('/proc/thread-self/ns/net'),
      socketNamespaces: undefined,
      tuns: new Map(),
      warnings: [],
      release: () => undefined,
      ...search,
    },
    without: new Set(),
    handles: search.handles,
    absent: new Set(),
  });
  if (reading === undefined) throw new Error(`${id} is gone`);
  return reading;
}
