/** Starts the child process of the `cap` backend for one interface, and says why it did not start. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { enterTarget } from './enter-target.ts';
import type { CaptureTarget } from './model.ts';

export type CapProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Kernel memory per interface. cap's ring has slots of a whole frame, so it needs more than it seems. */
const bufferLength = 32 * 1024 * 1024;

/** The built child: beside this file's chunk, or in dist/ when this is the TypeScript source itself (tests). */
function childPath(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? resolve(dirname(here), '../../../dist/chunks/cap-child.js')
    : resolve(dirname(here), 'cap-child.js');
}

interface CapOptions {
  readonly filter: string;
  readonly snaplen: number;
}

/** The head of what the child writes: pcap's file header. */
const headLength = 24;

/**
 * Starts capturing on one interface.
 *
 * @returns the process, and the first bytes of its output: when they come, it captures.
 * @throws NetscopeError: usage, privilege or missing.
 */
export async function startCap(
  target: CaptureTarget,
  options: CapOptions,
): Promise<{ process: CapProcess; head: Buffer }> {
  const script = childPath();
  if (!existsSync(script)) throw missing(`${script} does not exist`, 'run `npm run build`');
  const args = [script, target.interface, String(options.snaplen), String(bufferLength), options.filter];
  // Forked before it returns, the child keeps the namespace that this thread is in.
  const start = (): CapProcess => spawn(process.execPath, args, { stdio: 'pipe' });
  const child = enterTarget(target, start);
  let words = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    words = (words + text).slice(-4096);
  });
  // A write to a child that has gone is an error that its end already tells.
  child.stdin.on('error', () => {});
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const begin = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < headLength) return;
      child.stdout.off('data', begin);
      child.stdout.pause();
      resolve({ process: child, head: Buffer.concat(chunks) });
    };
    child.stdout.on('data', begin);
    child.once('error', (cause) => {
      reject(missing(messageOf(cause), `see why ${process.execPath} does not start`));
    });
    child.once('close', () => reject(startError(target, options.filter, words)));
  });
}

function startError(target: CaptureTarget, filter: string, words: string): NetscopeError {
  const { stage, why } = lastReport(words);
  const tried = `capture on ${target.interface} of namespace ${target.namespaceName} with cap`;
  if (stage === 'load') {
    const todo = why.includes('libpcap')
      ? 'install libpcap (Debian and Ubuntu: apt-get install libpcap0.8)'
      : 'install it: npm install cap (needs a compiler and libpcap-dev)';
    return missing(firstLine(why), todo);
  }
  if (/permi(t|ssion)/i.test(why)) {
    const todo = 'run netscope with sudo, or give it the capability CAP_NET_RAW';
    return new NetscopeError({ tried, why, todo, status: exitStatus.privilege });
  }
  if (/no such (device|file)|exist/i.test(why)) {
    const todo = 'see `netscope topology` for the interfaces that there are';
    return new NetscopeError({ tried, why, todo, status: exitStatus.usage });
  }
  if (stage === 'open' && filter !== '') {
    const use = `use the filter "${filter}" on ${target.interface} of namespace ${target.namespaceName}`;
    const todo = 'see pcap-filter(7) for the syntax';
    return new NetscopeError({ tried: use, why, todo, status: exitStatus.usage });
  }
  const todo = 'see `netscope doctor` for what this host and this user can do';
  return new NetscopeError({ tried, why, todo, status: exitStatus.missing });
}

/** The child's own report, else the last line that anybody wrote (cap, Node). */
function lastReport(words: string): { stage: string; why: string } {
  const lines = words.trim().split('\n').reverse();
  for (const line of lines) {
    const match = /^\{"stage":"(\w+)","why":(".*")\}$/.exec(line);
    if (match !== null) return { stage: match[1] ?? '', why: String(JSON.parse(match[2] ?? '""')) };
  }
  return { stage: '', why: lines[0] || 'it ended without a word' };
}

/** Node's "Cannot find module" goes on with a stack of paths. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

function missing(why: string, todo: string): NetscopeError {
  return new NetscopeError({ tried: 'capture with cap', why, todo, status: exitStatus.missing });
}
