/** The classic BPF machine (McCanne and Jacobson 1993; bpf(4); libpcap's bpf_filter.c defines the edge cases). */
import type { BpfInstruction } from './compile.ts';

const scratchWords = 16;

/** Instruction classes and fields of `code`. */
const cls = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, ret: 6, misc: 7 } as const;
const size = { word: 0x00, half: 0x08, byte: 0x10 } as const;
const mode = {
  immediate: 0x00,
  absolute: 0x20,
  indirect: 0x40,
  memory: 0x60,
  length: 0x80,
  msh: 0xa0,
} as const;

/**
 * Runs `program` over the frame `buffer[start, start + capturedLength)`.
 *
 * @returns whether the program accepts it. A load past the captured bytes, like a division by 0, refuses it.
 */
export function runBpf(
  program: readonly BpfInstruction[],
  buffer: Uint8Array,
  start: number,
  capturedLength: number,
  wireLength: number,
): boolean {
  const scratch = new Uint32Array(scratchWords);
  const end = start + capturedLength;
  let a = 0;
  let x = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const instruction = program[pc];
    if (instruction === undefined) return false;
    const { code, k } = instruction;
    switch (code & 0x07) {
      case cls.ld:
      case cls.ldx: {
        const value = load(code, k, x);
        if (value < 0) return false;
        if ((code & 0x07) === cls.ld) a = value;
        else x = value;
        break;
      }
      case cls.st:
        scratch[k] = a;
        break;
      case cls.stx:
        scratch[k] = x;
        break;
      case cls.alu: {
        const value = arithmetic(code & 0xf0, a, (code & 0x08) === 0 ? k : x);
        if (value < 0) return false;
        a = value;
        break;
      }
      case cls.jmp:
        if ((code & 0xf0) === 0x00) pc += k;
        else
          pc += jumps(code & 0xf0, a, (code & 0x08) === 0 ? k : x)
            ? instruction.jumpTrue
            : instruction.jumpFalse;
        break;
      case cls.ret:
        return ((code & 0x18) === 0x10 ? a : k) !== 0;
      case cls.misc:
        if ((code & 0xf8) === 0) x = a;
        else a = x;
        break;
    }
  }
  return false;

  /** The loaded value, or -1 when it lies outside of the captured bytes. */
  function load(code: number, k: number, index: number): number {
    switch (code & 0xe0) {
      case mode.immediate:
        return k;
      case mode.memory:
        return scratch[k] ?? -1;
      case mode.length:
        return wireLength;
      case mode.absolute:
        return read(code & 0x18, k);
      case mode.indirect:
        return read(code & 0x18, k + index);
      case mode.msh: {
        const byte = read(size.byte, k);
        return byte < 0 ? -1 : (byte & 0x0f) * 4;
      }
      default:
        return -1;
    }
  }

  function read(width: number, offset: number): number {
    const at = start + offset;
    const bytes = width === size.word ? 4 : width === size.half ? 2 : 1;
    if (offset < 0 || at + bytes > end) return -1;
    const first = buffer[at] ?? 0;
    if (bytes === 1) return first;
    const second = (first << 8) | (buffer[at + 1] ?? 0);
    if (bytes === 2) return second;
    return ((second << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0)) >>> 0;
  }
}

/** 32-bit unsigned; -1 for a division by 0. */
function arithmetic(operation: number, a: number, operand: number): number {
  switch (operation) {
    case 0x00:
      return (a + operand) >>> 0;
    case 0x10:
      return (a - operand) >>> 0;
    case 0x20:
      return Math.imul(a, operand) >>> 0;
    case 0x30:
      return operand === 0 ? -1 : Math.floor(a / operand);
    case 0x40:
      return (a | operand) >>> 0;
    case 0x50:
      return (a & operand) >>> 0;
    case 0x60:
      return operand < 32 ? (a << operand) >>> 0 : 0;
    case 0x70:
      return operand < 32 ? a >>> operand : 0;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return operand === 0 ? -1 : a % operand;
    case 0xa0:
      return (a ^ operand) >>> 0;
    default:
      return -1;
  }
}

function jumps(condition: number, a: number, operand: number): boolean {
  switch (condition) {
    case 0x10:
      return a === operand;
    case 0x20:
      return a > operand;
    case 0x30:
      return a >= operand;
    default:
      return (a & operand) !== 0;
  }
}
