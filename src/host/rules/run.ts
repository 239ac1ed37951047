/** Programs that print rules, run inside a namespace. */
import type { RulesetDump } from '../../snapshot/schema.ts';
import { messageOf } from '../../util/errors.ts';

/** Starts a program in the namespace that a dump is about. */
export type RunInside = (program: string, args: readonly string[]) => Promise<Output>;

export type Output =
  | { readonly status: 'done'; readonly stdout: string; readonly stderr: string }
  | { readonly status: 'failed'; readonly why: string }
  /** There is no such program. */
  | { readonly status: 'missing' };

const milliseconds = 20_000;
/** 10,000 rules are about 1 MB. */
const maximumBytes = 256 * 1024 * 1024;

/** These programs live where an ordinary user's PATH does not look. */
export function toolPath(): string {
  return [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':');
}

/**
 * Runs a program; what it prints is untrusted text.
 *
 * @param enter calls its argument with the thread inside the namespace. The program is forked before it returns,
 *   and keeps the namespace that the thread had.
 */
export async function run(
  program: string,
  args: readonly string[],
  enter: <T>(work: () => T) => T,
): Promise<Output> {
  try {
    // Most snapshots start no program, and should not wait for this to load.
    const { execa } = await import('execa');
    const child = enter(() =>
      // An object around it, because a subprocess is also a promise.
      ({
        process: execa(program, args, {
          timeout: milliseconds,
          maxBuffer: maximumBytes,
          stdin: 'ignore',
          reject: false,
          stripFinalNewline: false,
          env: { LC_ALL: 'C', PATH: toolPath() },
        }),
      }),
    );
    const result = await child.process;
    if (result.failed) {
      if (result.code === 'ENOENT') return { status: 'missing' };
      const words = result.stderr.trim();
      return { status: 'failed', why: words === '' ? (result.shortMessage ?? 'it failed') : words };
    }
    return { status: 'done', stdout: result.stdout, stderr: result.stderr };
  } catch (error) {
    return { status: 'failed', why: messageOf(error) };
  }
}

/** What a program printed, as a dump; why there is none, where it did not. */
export function dumpOf(
  of: Pick<RulesetDump, 'backend' | 'family'>,
  output: Output,
  missing: string,
): RulesetDump {
  switch (output.status) {
    case 'done':
      return { ...of, text: output.stdout };
    case 'failed':
      return { ...of, error: output.why };
    case 'missing':
      return { ...of, error: missing };
  }
}
