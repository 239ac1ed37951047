/** From options to a session, and from a session to its end. */
import { constants } from 'node:os';
import { parseRulesFile } from '../session/given-rules.ts';
import type { Begun, Session } from '../session/model.ts';
import { opened } from '../session/opened.ts';
import { printable } from '../util/printable.ts';
import { usageError } from './errors.ts';
import type { CaptureOptions } from './options.ts';
import { version } from './version.ts';

export interface SessionNeeds {
  /** Packets are listed, so an index of them is kept. */
  readonly keepPackets: boolean;
  /** No packets are wanted at all. */
  readonly hostStateOnly?: boolean;
}

/** @throws NetscopeError: usage, privilege, missing, unreadable. */
export async function openSession(
  bpf: readonly string[],
  options: CaptureOptions,
  needs: SessionNeeds,
): Promise<Session> {
  return opened(await beginSession(bpf, options, needs));
}

/** A session to look at while it starts. */
export async function beginSession(
  bpf: readonly string[],
  options: CaptureOptions,
  needs: SessionNeeds,
): Promise<Begun> {
  const given = bpf.join(' ').trim();
  const { config } = options.settings ?? {};
  // The filter of the config file is for capturing.
  const filter = given === '' && options.read === undefined ? (config?.filter ?? '') : given;
  const common = {
    filter,
    rules: (options.rules ?? []).map(parseRulesFile),
    numeric: options.numeric === true,
    keepPackets: needs.keepPackets,
    ...(options.count === undefined ? {} : { count: options.count }),
    ...(options.duration === undefined ? {} : { duration: options.duration }),
  };
  if (options.read !== undefined) {
    for (const name of ['interface', 'write', 'snaplen', 'backend'] as const) {
      if (options[name] !== undefined) {
        throw usageError(
          `read ${options.read.join(', ')}`,
          `--${name} is for capturing`,
          `leave out --${name} or -r`,
        );
      }
    }
    const { beginReplay } = await import('../session/replay.ts');
    return beginReplay({ ...common, files: options.read });
  }
  if (common.rules.length > 0) {
    throw usageError(
      'use --rules',
      'this host has rules of its own',
      'give the capture that they belong to with -r',
    );
  }
  const { beginLive } = await import('../session/live.ts');
  const snaplen = options.snaplen ?? config?.snaplen;
  return beginLive({
    ...common,
    version,
    interfaces: options.interface ?? config?.interfaces ?? [],
    hostStateOnly: needs.hostStateOnly === true,
    ...(snaplen === undefined ? {} : { snaplen }),
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    ...(options.dockerHost === undefined ? {} : { dockerHost: options.dockerHost }),
    ...(options.write === undefined
      ? {}
      : {
          write: {
            file: options.write,
            ...(options.fileSize === undefined ? {} : { megabytes: options.fileSize }),
            ...(options.rotateSeconds === undefined ? {} : { seconds: options.rotateSeconds }),
            ...(options.fileCount === undefined ? {} : { count: options.fileCount }),
          },
        }),
  });
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits for the end of the session. A first SIGINT, SIGTERM or SIGHUP ends it in order, so that what was seen is
 * printed and files are whole; a second one ends the process at once.
 *
 * @throws what made the session fail.
 */
export async function finishOnSignal(session: Pick<Session, 'ended' | 'stop'>): Promise<void> {
  let asked = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(128 + constants.signals[signal]);
    asked = true;
    void session.stop();
  };
  for (const signal of endingSignals) process.on(signal, stop);
  try {
    await session.ended;
  } finally {
    for (const signal of endingSignals) process.off(signal, stop);
  }
}

/** What went wrong without being an error, for people; programs find it in `source.warnings`. */
export function printWarnings(session: Session): void {
  for (const warning of session.warnings) process.stderr.write(`netscope: ${printable(warning)}\n`);
}
