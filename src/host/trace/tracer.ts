/**
 * Asks the kernel which rules packets meet. This changes the host while it runs: one nftables table whose rules
 * only mark packets for tracing. The table has `flags owner` and belongs to a child `nft -i`, which ends when its
 * standard input does: with netscope, however that ends, and then the kernel removes the table.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { exitStatus, messageOf, NetscopeError } from '../../util/errors.ts';
import { inNamespace } from '../namespaces/enter.ts';
import { messageType, NFNL_SUBSYS_NFTABLES, netfilterSocket } from '../netfilter.ts';
import { toolPath } from '../rules/run.ts';
import { NFT_MSG_TRACE, readTraceEvent, type TraceEvent, traceGroup } from './events.ts';

export interface TraceRequest {
  /** Path of the network namespace. */
  readonly namespacePath: string;
  /** Alternatives of nft matches: see `nftMatches`. */
  readonly matches: readonly string[];
  readonly onEvent: (event: TraceEvent) => void;
  /** The trace ended by itself. */
  readonly onEnd: (why: string) => void;
}

export interface Tracer {
  /** How often the kernel threw events away because netscope was too slow. */
  readonly overruns: () => number;
  /** Removes the table; resolves when it is gone. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

export const traceTable = 'netscope_trace';
/** Before raw (-300) and before defragmentation (-400): nothing has met the packet yet. */
const priority = -450;
const hooks = ['prerouting', 'output'] as const;
/** A host in trouble must not drown in its own trace. */
const limit = 'limit rate 1000/second burst 200 packets';

const receiveSpace = 32 * 1024 * 1024;
const pollInterval = 20;
/** How long (ms) nft may take to answer. */
const patience = 5000;

/** The commands that make the table, for people to see what is added. */
export function traceCommands(matches: readonly string[]): readonly string[] {
  return [
    `add table inet ${traceTable} { flags owner; }`,
    ...hooks.flatMap((hook) => [
      `add chain inet ${traceTable} ${hook} { type filter hook ${hook} priority ${priority}; policy accept; }`,
      ...matches.map((match) =>
        `add rule inet ${traceTable} ${hook} ${match} ${limit} meta nftrace set 1`.replaceAll('  ', ' '),
      ),
    ]),
  ];
}

/**
 * Starts tracing in one namespace.
 *
 * @throws NetscopeError: missing without nft or where the kernel refuses, privilege.
 */
export async function startTrace(request: TraceRequest): Promise<Tracer> {
  const socket = openSocket(request.namespacePath);
  let overruns = 0;
  let stopped = false;
  const timer = setInterval(() => poll(), pollInterval);
  function poll(): void {
    try {
      overruns += socket.notifications((type, buffer, start, end) => {
        if (type !== messageType(NFNL_SUBSYS_NFTABLES, NFT_MSG_TRACE)) return;
        const event = readTraceEvent(buffer, start, end);
        if (event !== null && event.table !== traceTable) request.onEvent(event);
      }, 10_000);
    } catch (error) {
      void stop().then(() => request.onEnd(messageOf(error)));
    }
  }
  let child: ChildProcessWithoutNullStreams | null = null;
  async function stop(): Promise<void> {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    if (child !== null && child.exitCode === null) {
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.stdin.end();
      await ended;
    }
    if (child !== null) poll();
    socket.close();
  }
  try {
    child = inNamespace(request.namespacePath, () =>
      spawn('nft', ['-i'], {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { LC_ALL: 'C', PATH: toolPath(), HOME: '/' },
      }),
    );
    await send(child, traceCommands(request.matches));
    child.once('exit', () => {
      if (!stopped) void stop().then(() => request.onEnd('nft ended, and with it the trace'));
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { overruns: () => overruns, stop };
}

function openSocket(namespacePath: string) {
  try {
    const socket = inNamespace(namespacePath, () => netfilterSocket(traceGroup));
    socket.receiveSpace(receiveSpace);
    return socket;
  } catch (cause) {
    if (cause instanceof NetscopeError) throw cause;
    throw new NetscopeError(
      {
        tried: 'trace packets through the rules',
        why: messageOf(cause),
        todo: 'run netscope as root',
        status: exitStatus.privilege,
      },
      { cause },
    );
  }
}

/** Sends the commands and waits until nft has carried them all out. */
function send(child: ChildProcessWithoutNullStreams, commands: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const fail = (why: string, todo: string): void => {
      clearTimeout(timer);
      child.kill();
      reject(
        new NetscopeError({
          tried: 'trace packets through the rules',
          why,
          todo,
          status: exitStatus.missing,
        }),
      );
    };
    const timer = setTimeout(() => fail('nft does not answer', 'try `nft -i` by hand'), patience);
    child.once('error', (error) =>
      fail(messageOf(error), 'install nft (Debian and Ubuntu: apt-get install nftables)'),
    );
    child.stdin.on('error', () => {});
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const error = /^.*Error: (.*)$/m.exec(printed);
      if (error !== null) {
        fail(
          `nft: ${error[1] ?? ''}`,
          'this kernel or nft cannot trace; netscope flows evaluates the rules instead',
        );
      } else if (printed.includes(`table inet ${traceTable} {`)) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    // `list` answers once everything before it was carried out.
    child.stdin.write(`${[...commands, `list table inet ${traceTable}`].join('\n')}\n`);
  });
}
