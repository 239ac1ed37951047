/**
 * One attempt to reach an address from inside a network namespace: a TCP connection, or a datagram. The socket is made
 * in the namespace and stays there; nothing is needed in a container, and nothing blocks: connect(2) is non-blocking and
 * asked again until it says how it ended.
 */
import { closeSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  checked,
  errno,
  errnoName,
  libc,
  MSG_DONTWAIT,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from './ffi/libc.ts';
import { AF_INET, AF_INET6 } from './inet.ts';
import { inNamespace } from './namespaces/enter.ts';

export interface Attempt {
  /** A path of the namespace; null for netscope's own. */
  readonly namespacePath: string | null;
  readonly address: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** What is sent once connected; nothing by default. A datagram may be empty. */
  readonly payload?: Uint8Array;
  /** Milliseconds until the attempt is given up. */
  readonly timeout: number;
  /** Milliseconds to wait for the first octets after a connection was made. */
  readonly patience?: number;
  /** What is said to a server that waits for its client to speak first; then the same patience once more. */
  readonly speak?: Uint8Array;
  /** Gives the attempt up at once. */
  readonly signal?: AbortSignal;
}

export interface AttemptResult {
  /** The port that it was made from; null where the kernel had given none. */
  readonly localPort: number | null;
  readonly outcome: 'connected' | 'answered' | 'refused' | 'unreachable' | 'no-answer' | 'failed';
  /** errno's name, where the kernel said one. */
  readonly error: string | null;
  /** Until the outcome was known. */
  readonly milliseconds: number;
  readonly received: Uint8Array;
  /** The other side ended the connection. */
  readonly closed: boolean;
  /** `speak` was sent before anything was received. */
  readonly spoke: boolean;
}

const pollInterval = 4;
const receiveLimit = 4096;

/** What an attempt came to, before its socket is asked for its own name. */
type Outcome = Omit<AttemptResult, 'localPort'>;

/** @throws what setns(2), open(2) or socket(2) refused; AbortError. */
export async function attempt(request: Attempt): Promise<AttemptResult> {
  const type = request.protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const family = isIPv6(request.address) ? AF_INET6 : AF_INET;
  const open = () => checked('socket', libc().socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const fd = request.namespacePath === null ? open() : inNamespace(request.namespacePath, open);
  try {
    const socket = { fd, address: socketAddress(request.address, request.port), started: performance.now() };
    const outcome =
      request.protocol === 'tcp' ? await connection(socket, request) : await datagram(socket, request);
    return { ...outcome, localPort: localPort(fd) };
  } finally {
    closeSync(fd);
  }
}

interface Socket {
  readonly fd: number;
  readonly address: Uint8Array;
  readonly started: number;
}

/** 4 or 16 octets. */
function addressBytes(address: string): readonly number[] {
  if (!isIPv6(address)) return address.split('.').map(Number);
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (a: number, b: number) => ((a << 8) | b).toString(16);
  const [, start = '', a, b, c, d] = dotted ?? [];
  const text =
    dotted === null ? address : `${start}${hex(Number(a), Number(b))}:${hex(Number(c), Number(d))}`;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = new Array<number>(Math.max(0, 8 - left.length - right.length)).fill(0);
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 255]);
}

/** struct sockaddr_in or sockaddr_in6 (ip(7), ipv6(7)). */
function socketAddress(address: string, port: number): Uint8Array {
  const bytes = addressBytes(address);
  const v6 = bytes.length === 16;
  const out = Buffer.alloc(v6 ? 28 : 16);
  out.writeUInt16LE(v6 ? AF_INET6 : AF_INET, 0);
  out.writeUInt16BE(port, 2);
  out.set(bytes, v6 ? 8 : 4);
  return out;
}

function localPort(fd: number): number | null {
  const address = Buffer.alloc(28);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(address.length, 0);
  if (libc().getsockname(fd, address, length) < 0) return null;
  const port = address.readUInt16BE(2);
  return port === 0 ? null : port;
}

function pause({ signal }: Attempt): Promise<void> {
  return delay(pollInterval, undefined, signal === undefined ? {} : { signal });
}

function ended(error: string | null, { started }: Socket): Outcome {
  const base = {
    error,
    milliseconds: performance.now() - started,
    received: new Uint8Array(),
    closed: false,
    spoke: false,
  };
  switch (error) {
    case null:
      return { ...base, outcome: 'connected' };
    case 'ECONNREFUSED':
      return { ...base, outcome: 'refused' };
    case 'ETIMEDOUT':
      return { ...base, outcome: 'no-answer' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EACCES':
    case 'EPERM':
    case 'EINVAL':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
      return { ...base, outcome: 'unreachable' };
    default:
      return { ...base, outcome: 'failed' };
  }
}

/** Asked again, connect(2) says EALREADY while it goes on, EISCONN once it is done, else why it failed. */
async function connection(socket: Socket, request: Attempt): Promise<Outcome> {
  const { connect } = libc();
  const deadline = socket.started + request.timeout;
  for (;;) {
    const result = connect(socket.fd, socket.address, socket.address.length);
    const error = result === 0 ? 'EISCONN' : errnoName(errno());
    if (error === 'EISCONN') break;
    if (error !== 'EINPROGRESS' && error !== 'EALREADY') return ended(error, socket);
    if (performance.now() >= deadline) return ended('ETIMEDOUT', socket);
    await pause(request);
  }
  const connected = ended(null, socket);
  const { payload } = request;
  if (payload !== undefined) libc().send(socket.fd, payload, payload.length, MSG_DONTWAIT);
  const heard = await receive(socket.fd, request);
  if (request.speak === undefined || heard.closed || heard.received.length > 0)
    return { ...connected, ...heard };
  libc().send(socket.fd, request.speak, request.speak.length, MSG_DONTWAIT);
  return { ...connected, ...(await receive(socket.fd, request)), spoke: true };
}

/** The first octets, or the end, whichever comes within the time. */
async function receive(
  fd: number,
  request: Attempt,
): Promise<{ readonly received: Uint8Array; readonly closed: boolean }> {
  const buffer = new Uint8Array(receiveLimit);
  const deadline = performance.now() + (request.patience ?? 0);
  for (;;) {
    const count = libc().recv(fd, buffer, buffer.length, MSG_DONTWAIT);
    if (count > 0) return { received: buffer.slice(0, count), closed: false };
    const error = count === 0 ? 'end' : errnoName(errno());
    if (error !== 'EAGAIN') return { received: new Uint8Array(), closed: true };
    if (performance.now() >= deadline) return { received: new Uint8Array(), closed: false };
    await pause(request);
  }
}

async function datagram(socket: Socket, request: Attempt): Promise<Outcome> {
  const { connect, send, recv } = libc();
  if (connect(socket.fd, socket.address, socket.address.length) < 0) return ended(errnoName(errno()), socket);
  const payload = request.payload ?? new Uint8Array();
  if (send(socket.fd, payload, payload.length, MSG_DONTWAIT) < 0) return ended(errnoName(errno()), socket);
  const buffer = new Uint8Array(receiveLimit);
  const deadline = socket.started + request.timeout;
  for (;;) {
    const count = recv(socket.fd, buffer, buffer.length, MSG_DONTWAIT);
    if (count >= 0) return { ...ended(null, socket), outcome: 'answered', received: buffer.slice(0, count) };
    const error = errnoName(errno());
    if (error !== 'EAGAIN') return ended(error, socket);
    if (performance.now() >= deadline) return ended('ETIMEDOUT', socket);
    await pause(request);
  }
}
