/** Runs the built program (`npm test` builds it first) and says what it printed. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const mainFile = resolve(import.meta.dirname, '../../dist/main.js');

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function netscope(
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [mainFile, ...args], {
    // Not the config of whoever runs the tests.
    env: { ...process.env, COLUMNS: '80', XDG_CONFIG_HOME: '/dev/null/none', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A program that does not read its input may end before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done) => {
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
  });
}
