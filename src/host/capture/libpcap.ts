/** The functions of libpcap and stdio that capturing needs, bound through FFI on first use. */
import { koffi, loadLibrary } from '../ffi/library.ts';

/** A pointer as koffi has it. */
export type Pointer = bigint;

export interface Libpcap {
  /** pcap_create(3PCAP), with the error text or the handle. */
  readonly create: (device: string) => Pointer | string;
  readonly setSnaplen: (handle: Pointer, snaplen: number) => number;
  readonly setTimeout: (handle: Pointer, milliseconds: number) => number;
  readonly setBufferSize: (handle: Pointer, bytes: number) => number;
  readonly setNanoseconds: (handle: Pointer) => number;
  /** Whether times will be in nanoseconds. */
  readonly isNanoseconds: (handle: Pointer) => boolean;
  /** 0, a positive warning, or one of `activateError`. */
  readonly activate: (handle: Pointer) => number;
  readonly errorText: (handle: Pointer) => string;
  readonly statusText: (status: number) => string;
  readonly setNonblocking: (handle: Pointer) => number;
  readonly dataLink: (handle: Pointer) => number;
  readonly setDataLink: (handle: Pointer, linkType: number) => number;
  /** Compiles and sets a filter; returns libpcap's words when it is bad. */
  readonly filter: (handle: Pointer, expression: string) => string | null;
  /** Hands up to `count` packets to pcap_dump: packets, or negative on error. Never waits. */
  readonly dump: (handle: Pointer, count: number, dumper: Pointer) => number;
  /** ps_recv and ps_drop, modulo 2^32; null on error. */
  readonly stats: (handle: Pointer) => { received: number; dropped: number } | null;
  readonly close: (handle: Pointer) => void;
  /** Opens `buffer` as a savefile for pcap_dump; the caller keeps `buffer` alive. Null when that fails. */
  readonly openDumper: (handle: Pointer, buffer: Uint8Array) => Pointer | null;
  /** Bytes written since the last `rewind`. */
  readonly dumped: (dumper: Pointer) => number;
  readonly rewind: (dumper: Pointer) => void;
  readonly closeDumper: (dumper: Pointer) => void;
  /** "libpcap version 1.10.3 (with TPACKET_V3)" */
  readonly version: () => string;
}

/** pcap_activate(3PCAP). */
export const activateError = {
  error: -1,
  noSuchDevice: -5,
  permissionDenied: -8,
  interfaceDown: -9,
} as const;

const errorBufferLength = 256;
const precisionNano = 1;
const netmaskUnknown = 0xffff_ffff;
/** struct bpf_program { u_int length; struct bpf_insn *instructions } and its padding. */
const programLength = 16;
/** stdio's _IONBF: pcap_dump's writes go straight to the buffer. */
const unbuffered = 2;

let bound: Libpcap | undefined;

/** @throws NetscopeError (missing) when koffi or libpcap does not load. */
export function libpcap(): Libpcap {
  if (bound !== undefined) return bound;
  const pcap = loadLibrary(
    ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so'],
    'libpcap, which captures packets',
    'install it (Debian and Ubuntu: apt-get install libpcap0.8; Alpine: apk add libpcap), or read a file with -r',
  );
  const libc = loadLibrary(
    ['libc.so.6', 'libc.so', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`],
    'the C library',
    'use a Linux with glibc or musl, or read a file with -r',
  );
  const create = pcap.func('void *pcap_create(const char *device, uint8_t *errors)');
  const setPrecision = pcap.func('int pcap_set_tstamp_precision(void *handle, int precision)');
  const getPrecision = pcap.func('int pcap_get_tstamp_precision(void *handle)');
  const errorText = pcap.func('str pcap_geterr(void *handle)');
  const setNonblock = pcap.func('int pcap_setnonblock(void *handle, int nonblock, uint8_t *errors)');
  const compile = pcap.func(
    'int pcap_compile(void *handle, void *program, const char *expression, int optimize, uint32_t netmask)',
  );
  const setFilter = pcap.func('int pcap_setfilter(void *handle, void *program)');
  const freeCode = pcap.func('void pcap_freecode(void *program)');
  const dispatch = pcap.func('int pcap_dispatch(void *handle, int count, void *callback, void *user)');
  const stats = pcap.func('int pcap_stats(void *handle, void *stats)');
  const dumpOpen = pcap.func('void *pcap_dump_fopen(void *handle, void *file)');
  const version = pcap.func('str pcap_lib_version()');
  const memoryOpen = libc.func('void *fmemopen(void *buffer, size_t size, const char *mode)');
  const setBuffering = libc.func('int setvbuf(void *file, void *buffer, int mode, size_t size)');
  const closeFile = libc.func('int fclose(void *file)');
  const dumpCallback: unknown = pcap.symbol('pcap_dump');
  const errors = Buffer.alloc(errorBufferLength);
  const program = Buffer.alloc(programLength);
  const counts = Buffer.alloc(12);

  bound = {
    create: (device) => pointer(create(device, errors)) ?? cString(errors),
    setSnaplen: pcap.func('int pcap_set_snaplen(void *handle, int snaplen)'),
    setTimeout: pcap.func('int pcap_set_timeout(void *handle, int milliseconds)'),
    setBufferSize: pcap.func('int pcap_set_buffer_size(void *handle, int bytes)'),
    setNanoseconds: (handle) => Number(setPrecision(handle, precisionNano)),
    isNanoseconds: (handle) => getPrecision(handle) === precisionNano,
    activate: pcap.func('int pcap_activate(void *handle)'),
    errorText: (handle) => String(errorText(handle)),
    statusText: pcap.func('str pcap_statustostr(int status)'),
    setNonblocking: (handle) => Number(setNonblock(handle, 1, errors)),
    dataLink: pcap.func('int pcap_datalink(void *handle)'),
    setDataLink: pcap.func('int pcap_set_datalink(void *handle, int linkType)'),
    filter: (handle, expression) => {
      if (compile(handle, program, expression, 1, netmaskUnknown) !== 0) return String(errorText(handle));
      const result: unknown = setFilter(handle, program);
      freeCode(program);
      return result === 0 ? null : String(errorText(handle));
    },
    dump: (handle, count, dumper) => Number(dispatch(handle, count, dumpCallback, dumper)),
    stats: (handle) => {
      if (stats(handle, counts) !== 0) return null;
      return { received: nativeWord(counts, 0), dropped: nativeWord(counts, 4) };
    },
    close: pcap.func('void pcap_close(void *handle)'),
    openDumper: (handle, buffer) => {
      const file = pointer(memoryOpen(buffer, buffer.length, 'w'));
      if (file === null) return null;
      setBuffering(file, null, unbuffered, 0);
      const dumper = pointer(dumpOpen(handle, file));
      if (dumper === null) closeFile(file);
      return dumper;
    },
    dumped: pcap.func('long pcap_dump_ftell(void *dumper)'),
    // A dumper is its FILE (pcap_dump_file(3PCAP) returns the same pointer).
    rewind: libc.func('void rewind(void *file)'),
    closeDumper: pcap.func('void pcap_dump_close(void *dumper)'),
    version: () => String(version()),
  };
  return bound;
}

function pointer(value: unknown): Pointer | null {
  return typeof value === 'bigint' && value !== 0n ? value : null;
}

function cString(buffer: Buffer): string {
  return buffer.toString('utf8', 0, Math.max(0, buffer.indexOf(0)));
}

function nativeWord(buffer: Buffer, at: number): number {
  return koffi().decode(buffer, at, 'uint32_t');
}
