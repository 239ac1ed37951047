/** Capture filters for files: compiled by libpcap itself, so that they mean what they mean to tcpdump. */

import { exitStatus, NetscopeError } from '../../util/errors.ts';
import { koffi, loadLibrary } from '../ffi/library.ts';

/** One instruction of a classic BPF program (struct bpf_insn, pcap/bpf.h). */
export interface BpfInstruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

const instructionBytes = 8;
/** struct bpf_program: u_int bf_len, padding, struct bpf_insn *bf_insns. */
const programBytes = 16;
/** libpcap counts by DLT_*, which are the numbers in files but for these (pcap-common.c): ATM, raw IP, SLIP, PPP, CLIP. */
const dataLinkTypes: ReadonlyMap<number, number> = new Map([
  [100, 11],
  [101, 12],
  [102, 15],
  [103, 16],
  [106, 19],
]);
const netmaskUnknown = 0xffffffff;

/**
 * Compiles a pcap-filter(7) expression.
 *
 * @param linkType LINKTYPE_* of the packets it is to look at.
 * @throws NetscopeError: usage with libpcap's own words for a bad expression, missing without libpcap.
 */
export function compileBpf(
  expression: string,
  linkType: number,
  snaplen = 262_144,
): readonly BpfInstruction[] {
  const library = loadLibrary(
    ['libpcap.so.0.8', 'libpcap.so.1', 'libpcap.so'],
    'libpcap, which compiles capture filters',
    'install it (Debian and Ubuntu: apt-get install libpcap0.8), or use a display filter (-Y) instead',
  );
  const openDead = library.func('void *pcap_open_dead(int linktype, int snaplen)');
  const compile = library.func(
    'int pcap_compile(void *p, void *program, str expression, int optimize, uint32_t netmask)',
  );
  const getError = library.func('str pcap_geterr(void *p)');
  const freeCode = library.func('void pcap_freecode(void *program)');
  const close = library.func('void pcap_close(void *p)');

  const handle: unknown = openDead(dataLinkTypes.get(linkType) ?? linkType, snaplen);
  const program = Buffer.alloc(programBytes);
  try {
    if (compile(handle, program, expression, 1, netmaskUnknown) !== 0) {
      throw new NetscopeError({
        tried: `use the capture filter "${expression}"`,
        why: String(getError(handle)),
        todo: 'see pcap-filter(7) for the syntax; a display filter is given with -Y',
        status: exitStatus.usage,
      });
    }
    try {
      return readProgram(program);
    } finally {
      freeCode(program);
    }
  } finally {
    close(handle);
  }
}

function readProgram(program: Buffer): readonly BpfInstruction[] {
  const ffi = koffi();
  const count = program.readUInt32LE(0);
  const pointer: unknown = ffi.decode(program, 8, 'void *');
  const words: unknown = ffi.decode(pointer, ffi.array('uint8_t', count * instructionBytes, 'Typed'));
  const bytes = Buffer.from(words instanceof Uint8Array ? words : []);
  return Array.from({ length: bytes.length / instructionBytes }, (_, at) => ({
    code: bytes.readUInt16LE(at * instructionBytes),
    jumpTrue: bytes.readUInt8(at * instructionBytes + 2),
    jumpFalse: bytes.readUInt8(at * instructionBytes + 3),
    k: bytes.readUInt32LE(at * instructionBytes + 4),
  }));
}
