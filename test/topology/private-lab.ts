/** Namespaces of our own to look at: a mount and a network namespace, with whatever a script makes in them. */
import { execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';

export interface PrivateLab {
  /** `net:[...]` of the namespace that the lab begins with. */
  readonly root: string;
  /** Runs a shell script inside; returns what it prints. */
  run(script: string): string;
  end(): void;
}

export async function startPrivateLab(): Promise<PrivateLab> {
  const holder = spawn('unshare', ['-m', '-n', 'sleep', '600'], { stdio: 'ignore' });
  const path = `/proc/${holder.pid}/ns/net`;
  const own = readlinkSync('/proc/self/ns/net');
  while (readlinkSync(path) === own) await new Promise((done) => setTimeout(done, 5));
  const run = (script: string) =>
    execFileSync('nsenter', ['-t', String(holder.pid), '-m', '-n', 'sh', '-e'], {
      input: script,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
  run('mount -t tmpfs tmpfs /run && mkdir /run/netns');
  return { root: readlinkSync(path), run, end: () => holder.kill('SIGKILL') };
}
