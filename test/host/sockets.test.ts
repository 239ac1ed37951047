import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findNamespaces } from '../../src/host/namespaces/find.ts';
import type { NamespaceState } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

/** Listens in every way that there is, fills one accept queue, and waits. */
const program = `
import socket, time
kept = []
def listen(family, kind, address, port, v6only=None, backlog=7):
    s = socket.socket(family, kind)
    if v6only is not None: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((address, port))
    if kind == socket.SOCK_STREAM: s.listen(backlog)
    kept.append(s)
listen(socket.AF_INET, socket.SOCK_STREAM, '127.0.0.1', 5001)
listen(socket.AF_INET, socket.SOCK_STREAM, '0.0.0.0', 5002, backlog=3)
listen(socket.AF_INET6, socket.SOCK_STREAM, '::', 5003, 1)
listen(socket.AF_INET6, socket.SOCK_STREAM, '::', 5004, 0)
listen(socket.AF_INET6, socket.SOCK_STREAM, '::1', 5005, 1)
listen(socket.AF_INET, socket.SOCK_DGRAM, '127.0.0.1', 5006)
listen(socket.AF_INET6, socket.SOCK_DGRAM, '::', 5007, 0)
for _ in range(2):
    c = socket.create_connection(('127.0.0.1', 5002)); kept.append(c)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(('127.0.0.1', 5006)); kept.append(u)
print('ready', flush=True)
time.sleep(60)
`;

describeWithTools(['unshare', 'nsenter', 'ip', 'ss', 'python3'], 'listeners', () => {
  let lab: Lab;
  let state: NamespaceState;
  let server: ReturnType<typeof spawn>;

  beforeAll(async () => {
    lab = await startLab();
    server = spawn('nsenter', ['-t', String(lab.pid), '-n', 'python3', '-c', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((ready) => server.stdout?.once('data', ready));
    const search = await findNamespaces(async () => undefined);
    search.release();
    state = readLab(lab, search.sockets).state;
  });
  afterAll(() => {
    server?.kill('SIGKILL');
    lab?.stop();
  });

  it('are those of ss, with queues and inodes', () => {
    const truth = lab
      .run('ss', '-H', '-l', '-n', '-e', '-t', '-u')
      .trim()
      .split('\n')
      .map((line) => {
        const [protocol, , receive, send, local = ''] = line.split(/\s+/);
        return {
          protocol,
          receiveQueue: Number(receive),
          sendQueue: Number(send),
          port: Number(local.slice(local.lastIndexOf(':') + 1)),
          address: local.slice(0, local.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
          inode: Number(/ino:(\d+)/.exec(line)?.[1]),
          v6only: /v6only:(\d)/.exec(line)?.[1],
        };
      });
    const byPort = (a: { port: number }, b: { port: number }) => a.port - b.port;
    expect(
      state.listeners
        .map(({ protocol, receiveQueue, sendQueue, port, address, inode, v6only }) => ({
          protocol,
          receiveQueue,
          sendQueue,
          port,
          // ss writes * for a socket that takes both families.
          address: address === '::' && v6only === false ? '*' : address,
          inode,
          v6only: v6only === undefined ? undefined : String(Number(v6only)),
        }))
        .sort(byPort),
    ).toEqual(truth.sort(byPort));
    expect(truth).toHaveLength(7);
  });

  it('tell the accept queue and its limit', () => {
    expect(state.listeners.find(({ port }) => port === 5002)).toMatchObject({
      receiveQueue: 2,
      sendQueue: 3,
    });
  });

  it('name the process that holds the socket', () => {
    for (const { processes } of state.listeners) {
      expect(processes).toEqual([{ pid: server.pid, command: 'python3' }]);
    }
  });
});
