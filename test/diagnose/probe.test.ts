/** One attempt, against real sockets of this process. Other namespaces are the lab's to test. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { attempt } from '../../src/host/probe.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(onConnection: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, host);
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const common = { namespacePath: null, address: '127.0.0.1', protocol: 'tcp', timeout: 2000 } as const;

describe('an attempt', () => {
  it('connects and hears what the server says first', async () => {
    const port = await listen((socket) => socket.write('hello\n'));
    const result = await attempt({ ...common, port, patience: 1000 });
    expect(result).toMatchObject({ outcome: 'connected', error: null, spoke: false, closed: false });
    expect(Buffer.from(result.received).toString()).toBe('hello\n');
  });

  it('speaks only to a server that says nothing', async () => {
    const port = await listen((socket) => socket.once('data', (data) => socket.write(`-${data.toString()}`)));
    const result = await attempt({ ...common, port, patience: 300, speak: Buffer.from('PING') });
    expect(result.spoke).toBe(true);
    expect(Buffer.from(result.received).toString()).toBe('-PING');
  });

  it('says that the connection was ended at once', async () => {
    const port = await listen((socket) => socket.end());
    expect(await attempt({ ...common, port, patience: 1000 })).toMatchObject({
      outcome: 'connected',
      closed: true,
    });
  });

  it('is refused where nothing listens, soon', async () => {
    const port = await listen(() => {});
    for (const close of closers.splice(0)) close();
    const result = await attempt({ ...common, port });
    expect(result).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
    expect(result.milliseconds).toBeLessThan(1000);
  });

  it.each(['::1', '::ffff:127.0.0.1'])('reaches %s', async (address) => {
    const port = await listen((socket) => socket.end(), address === '::1' ? '::1' : '127.0.0.1');
    expect((await attempt({ ...common, address, port })).outcome).toBe('connected');
  });

  it('gives up a datagram that nobody answers, and hears one that is answered', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closers.push(() => socket.close());
    const { port } = socket.address();
    const silent = await attempt({ ...common, protocol: 'udp', port, timeout: 100 });
    expect(silent).toMatchObject({ outcome: 'no-answer', error: 'ETIMEDOUT' });
    socket.on('message', (data, { port: from }) => socket.send(data, from, '127.0.0.1'));
    const answered = await attempt({ ...common, protocol: 'udp', port, payload: Buffer.from('ask') });
    expect(answered.outcome).toBe('answered');
    expect(Buffer.from(answered.received).toString()).toBe('ask');
  });
});
