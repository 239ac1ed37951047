/** Connections as the kernel tracks them, live: the multicast groups of ctnetlink. */
import type { ConntrackEntry } from '../snapshot/schema.ts';
import { readEntry } from './conntrack.ts';
import { inNamespace } from './namespaces/enter.ts';
import { netfilterSocket } from './netfilter.ts';

/** NFNLGRP_CONNTRACK_NEW, UPDATE and DESTROY of linux/netfilter/nfnetlink_compat.h. */
const groups = 0x1 | 0x2 | 0x4;

/** Some 200 bytes an event and as much of the kernel's own: about 1 s of 50,000 new connections/s. */
const receiveSpace = 32 * 1024 * 1024;
const pollInterval = 50;

export interface ConntrackFollower {
  /** How often the kernel had to throw events away because netscope was too slow. */
  readonly overruns: () => number;
  /** Safe to call twice. */
  readonly stop: () => void;
}

/**
 * Calls `onEntry` for every connection that is new, changed or gone in the namespace at `path`. An entry that is
 * gone has no status any more. The follower's socket keeps the namespace alive until `stop`.
 *
 * @param onEnd is called when events cannot be read any more; the follower has stopped by then.
 * @throws an Error with `code` when the namespace cannot be entered or the kernel refuses (EPERM).
 */
export function followConntrack(
  path: string,
  onEntry: (entry: ConntrackEntry) => void,
  onEnd: (error: unknown) => void = () => undefined,
): ConntrackFollower {
  const socket = inNamespace(path, () => netfilterSocket(groups));
  socket.receiveSpace(receiveSpace);
  let overruns = 0;
  const stop = (): void => {
    clearInterval(timer);
    socket.close();
  };
  const poll = (): void => {
    try {
      overruns += socket.notifications((_type, buffer, start, end) => {
        const entry = readEntry(buffer, start, end);
        if (entry !== undefined) onEntry(entry);
      });
    } catch (error) {
      stop();
      onEnd(error);
    }
  };
  const timer = setInterval(poll, pollInterval);
  timer.unref();
  return { overruns: () => overruns, stop };
}
