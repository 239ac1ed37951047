/**
 * Netlink sockets (netlink(7)): requests, dumps and notifications.
 *
 * A socket belongs to the namespace in which it was opened, whatever the thread does afterwards: open it inside
 * `inNamespace`, use it anywhere. Messages are parsed where they arrive, in one receive buffer that the next
 * message overwrites: a handler copies what it keeps.
 *
 * Netlink speaks the machine's byte order; every machine that Node runs Linux on today except s390x is little
 * endian, and so is this code.
 */
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import {
  AF_NETLINK,
  checked,
  errno,
  libc,
  MSG_DONTWAIT,
  MSG_TRUNC,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_SOCKET,
  SystemCallError,
} from './libc.ts';

export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;
export const NETLINK_GENERIC = 16;

const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP_INTR = 0x10;
const NLM_F_DUMP = 0x300;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLMSG_OVERRUN = 4;
const headerBytes = 16;

export const SOL_NETLINK = 270;

/** A message's body is `buffer` from `start` up to `end`; the buffer is reused. */
export type MessageHandler = (type: number, buffer: Buffer, start: number, end: number) => void;

/** The kernel fills at most 32 kB a datagram for dumps (netlink_dump in net/netlink/af_netlink.c). */
const receiveBuffer = Buffer.allocUnsafeSlow(256 * 1024);
/** Requests are small: a header and a few attributes. */
const sendBuffer = Buffer.alloc(256);

/** Attempts at a dump that the kernel says was interrupted by a change (NLM_F_DUMP_INTR). */
const dumpAttempts = 4;

export class NetlinkSocket {
  readonly fd: number;
  #sequence = 0;
  #open = true;

  /**
   * @param protocol NETLINK_ROUTE, NETLINK_NETFILTER, ...
   * @param groups multicast groups 1 to 32 as a bit mask (RTMGRP_LINK is bit 0).
   * @throws SystemCallError, and NetscopeError (missing) without koffi.
   */
  constructor(protocol: number, groups = 0) {
    const { socket, bind } = libc();
    this.fd = checked('socket', socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    // Without groups the kernel gives it an address when it first sends.
    if (groups === 0) return;
    try {
      // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups }, pid 0: the kernel chooses.
      const address = Buffer.alloc(12);
      address.writeUInt16LE(AF_NETLINK, 0);
      address.writeUInt32LE(groups >>> 0, 8);
      checked('bind', bind(this.fd, address, address.length));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Sets an integer socket option; false when the kernel does not know or allow it. */
  option(level: number, name: number, value: number): boolean {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value, 0);
    return libc().setsockopt(this.fd, level, name, bytes, 4) === 0;
  }

  /** Receive buffer in bytes, past net.core.rmem_max where privileges allow. */
  receiveSpace(bytes: number): void {
    if (!this.option(SOL_SOCKET, SO_RCVBUFFORCE, bytes)) this.option(SOL_SOCKET, SO_RCVBUF, bytes);
  }

  /**
   * Asks for a dump and hands each message of the answer to `handle`. When the kernel says that the dump was
   * interrupted, `restart` is called and all of it is asked again.
   *
   * @returns false when the last attempt was interrupted too: something may be missing or double.
   * @throws SystemCallError with the kernel's errno.
   */
  dump(type: number, body: Uint8Array, handle: MessageHandler, restart: () => void): boolean {
    for (let attempt = 1; ; attempt++) {
      const sequence = this.#send(type, NLM_F_REQUEST | NLM_F_DUMP, body);
      if (!this.#receive(sequence, handle)) return true;
      if (attempt === dumpAttempts) return false;
      restart();
    }
  }

  /**
   * Sends one request and hands its answer, if it has one, to `handle`.
   *
   * @throws SystemCallError with the kernel's errno.
   */
  request(type: number, body: Uint8Array, handle: MessageHandler): void {
    const sequence = this.#send(type, NLM_F_REQUEST | NLM_F_ACK, body);
    this.#receive(sequence, handle);
  }

  /**
   * The same for requests that the kernel always answers with one message, which is then not acknowledged as well.
   *
   * @throws SystemCallError with the kernel's errno.
   */
  ask(type: number, body: Uint8Array, handle: MessageHandler): void {
    const sequence = this.#send(type, NLM_F_REQUEST, body);
    this.#receive(sequence, handle, true);
  }

  /**
   * Several questions of one type in one go, each of which the kernel answers with one message. One that it refuses
   * has no answer.
   *
   * @param bodies at most 256 bytes, headers included.
   */
  askEach(type: number, bodies: readonly Uint8Array[], handle: MessageHandler): void {
    const first = this.#sequence + 1;
    let length = 0;
    for (const body of bodies) length += this.#write(length, type, NLM_F_REQUEST, body);
    this.#sendWritten(length);
    let open = bodies.length;
    while (open > 0) {
      walkMessages(this.#receiveOne(), (answer, sequence, _flags, start, end) => {
        if (sequence < first) return true;
        open--;
        if (answer > NLMSG_OVERRUN) handle(answer, receiveBuffer, start, end);
        return true;
      });
    }
  }

  /**
   * Hands over what has arrived by itself (multicast groups), without waiting.
   *
   * @returns how often the kernel ran out of space for this socket and threw messages away.
   */
  notifications(handle: MessageHandler, limit = 1000): number {
    let overruns = 0;
    for (let count = 0; count < limit; count++) {
      const length = libc().recv(this.fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT);
      if (length < 0) {
        const code = errno();
        if (code === constants.errno.ENOBUFS) {
          overruns++;
          continue;
        }
        if (code === constants.errno.EINTR) continue;
        if (code === constants.errno.EAGAIN) return overruns;
        throw new SystemCallError('recv', code);
      }
      walkMessages(length, (message, _sequence, _flags, start, end) => {
        if (message > NLMSG_OVERRUN) handle(message, receiveBuffer, start, end);
        return true;
      });
    }
    return overruns;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.fd);
  }

  #send(type: number, flags: number, body: Uint8Array): number {
    this.#sendWritten(this.#write(0, type, flags, body));
    return this.#sequence;
  }

  /** Puts a request at `at` of the send buffer; returns how many bytes it takes. */
  #write(at: number, type: number, flags: number, body: Uint8Array): number {
    const length = headerBytes + body.length;
    sendBuffer.writeUInt32LE(length, at);
    sendBuffer.writeUInt16LE(type, at + 4);
    sendBuffer.writeUInt16LE(flags, at + 6);
    sendBuffer.writeUInt32LE(++this.#sequence, at + 8);
    // Bytes 12 to 15, the port id, stay 0: the sender's own.
    sendBuffer.set(body, at + headerBytes);
    return (length + 3) & ~3;
  }

  #sendWritten(length: number): void {
    for (;;) {
      const sent = libc().send(this.fd, sendBuffer, length, 0);
      if (sent >= 0) return;
      const code = errno();
      if (code !== constants.errno.EINTR) throw new SystemCallError('send', code);
    }
  }

  /** Waits for one datagram; returns its length. */
  #receiveOne(): number {
    for (;;) {
      const length = libc().recv(this.fd, receiveBuffer, receiveBuffer.length, MSG_TRUNC);
      if (length > receiveBuffer.length) throw new SystemCallError('recv', constants.errno.EMSGSIZE);
      if (length >= 0) return length;
      const code = errno();
      if (code !== constants.errno.EINTR) throw new SystemCallError('recv', code);
    }
  }

  /**
   * Receives until NLMSG_DONE, an acknowledgement or an error, or one answer. The kernel answers while `send` runs and goes on
   * while messages are taken, so nothing here waits for long. Returns whether the dump was interrupted.
   */
  #receive(sequence: number, handle: MessageHandler, single = false): boolean {
    let interrupted = false;
    for (;;) {
      const more = walkMessages(this.#receiveOne(), (type, answered, flags, start, end) => {
        if (answered !== sequence) return true;
        if ((flags & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        if (type === NLMSG_DONE || type === NLMSG_ERROR) {
          // Both carry a negative errno, or 0 (an acknowledgement).
          const code = end - start >= 4 ? receiveBuffer.readInt32LE(start) : 0;
          if (code < 0) throw new SystemCallError('netlink', -code);
          return false;
        }
        if (type > NLMSG_OVERRUN) handle(type, receiveBuffer, start, end);
        return !single;
      });
      if (!more) return interrupted;
    }
  }
}

/** Walks the messages of one datagram until `visit` returns false; returns what the last call returned. */
function walkMessages(
  length: number,
  visit: (type: number, sequence: number, flags: number, start: number, end: number) => boolean,
): boolean {
  let at = 0;
  while (at + headerBytes <= length) {
    const size = receiveBuffer.readUInt32LE(at);
    if (size < headerBytes || at + size > length) return true;
    const go = visit(
      receiveBuffer.readUInt16LE(at + 4),
      receiveBuffer.readUInt32LE(at + 8),
      receiveBuffer.readUInt16LE(at + 6),
      at + headerBytes,
      at + size,
    );
    if (!go) return false;
    at += (size + 3) & ~3;
  }
  return true;
}
