import { exitStatus, NetscopeError } from '../util/errors.ts';

/** The error for an input of which nothing can be read. */
export function unreadable(name: string, why: string, cause?: unknown): NetscopeError {
  return new NetscopeError(
    {
      tried: `read ${name}`,
      why,
      todo: 'give a pcap or pcapng file (also gzip- or zstd-compressed), or a netscope recording or snapshot',
      status: exitStatus.unreadable,
    },
    cause === undefined ? undefined : { cause },
  );
}
