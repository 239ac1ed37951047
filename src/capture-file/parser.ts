/** The parser for whatever capture format the bytes turn out to be. */
import { Assembler, type Stepper } from './assembler.ts';
import type { CaptureParser, CaptureSink } from './model.ts';
import { PcapStepper } from './pcap/parser.ts';
import { PcapngStepper } from './pcapng/parser.ts';
import { sectionHeaderType, sniff } from './sniff.ts';
import { unreadable } from './unreadable.ts';

export interface ParserOptions {
  /** `CaptureInterface.id` of the first interface; others count up from there. */
  readonly firstInterfaceId?: number;
  /** What to call the input in messages. */
  readonly name: string;
}

/** A stepper that knows that an input can pause and end. */
interface FormatStepper extends Stepper {
  idle(idle: boolean): void;
  ending(): void;
  ended(view: DataView, length: number, position: number): void;
}

/** Bytes that it takes to tell the format, here and behind junk. */
const headLength = 12;
const magicAndVersion = 24;
/** So much in front of a capture is passed over: what a remote shell or tcpdump said before it. */
const mostJunk = 64 * 1024;

type Open = (kind: 'pcap' | 'pcapng') => FormatStepper;

/** Waits for the head of the input, then hands everything to its format. */
class SniffingStepper implements Stepper {
  format: FormatStepper | null = null;
  /** Bytes in front of the capture. */
  junk = 0;
  #last = false;
  #need = headLength;
  readonly #open: Open;
  readonly #name: string;

  constructor(open: Open, name: string) {
    this.#open = open;
    this.#name = name;
  }

  get need(): number {
    return this.format === null ? this.#need : this.format.need;
  }

  ending(): void {
    this.#last = true;
    this.format?.ending();
  }

  step(buffer: Uint8Array, view: DataView, start: number, end: number, position: number): number {
    let at = start;
    if (this.format === null) {
      if (end - start < headLength && !this.#last) return start;
      const found = this.#find(buffer, view, start, end);
      if (found === null) return start;
      at = found;
      this.junk = found - start;
    }
    const format: FormatStepper | null = this.format;
    if (format === null) return at;
    if (this.#last) format.ending();
    return format.step(buffer, view, at, end, position + at - start);
  }

  /** Where the capture begins, its format opened; null when more bytes are needed to tell. */
  #find(buffer: Uint8Array, view: DataView, start: number, end: number): number | null {
    const kind = sniff(buffer.subarray(start, end));
    if (kind === 'pcap' || kind === 'pcapng') return this.#found(kind, start);
    if (kind === 'json') throw unreadable(this.#name, 'it is JSON text, not a capture');
    if (kind !== null) throw unreadable(this.#name, `it is ${kind}-compressed inside`);
    // A section header whose byte-order magic is damaged.
    if (end - start >= headLength && view.getUint32(start, false) === sectionHeaderType) {
      return this.#found('pcapng', start);
    }
    const stop = Math.min(end - magicAndVersion, start + mostJunk);
    for (let at = start + 1; at <= stop; at++) {
      const behind = kindBehindJunk(buffer, view, at);
      if (behind !== null) return this.#found(behind, at);
    }
    if (this.#last || end - start >= mostJunk + magicAndVersion) {
      throw unreadable(this.#name, 'it is no capture: it begins with neither pcap nor pcapng');
    }
    this.#need = Math.min(2 * (end - start) + headLength, mostJunk + magicAndVersion);
    return null;
  }

  #found(kind: 'pcap' | 'pcapng', at: number): number {
    this.format = this.#open(kind);
    return at;
  }
}

/** Here the magic alone is not enough: the version has to be the one that everybody writes. */
function kindBehindJunk(buffer: Uint8Array, view: DataView, at: number): 'pcap' | 'pcapng' | null {
  const first = buffer[at];
  if (first !== 0xa1 && first !== 0xd4 && first !== 0x4d && first !== 0x34 && first !== 0x0a) return null;
  const kind = sniff(buffer.subarray(at, at + headLength));
  if (kind === 'pcapng') return kind;
  const little = first !== 0xa1;
  return kind === 'pcap' && view.getUint16(at + 4, little) === 2 && view.getUint16(at + 6, little) === 4
    ? kind
    : null;
}

/**
 * A parser for pcap or pcapng, told apart by content.
 *
 * @throws from `push` or `end`: NetscopeError (unreadable) when the input is neither.
 */
export function createParser(sink: CaptureSink, options: ParserOptions): CaptureParser {
  const { name, firstInterfaceId = 0 } = options;
  const open: Open = (kind) =>
    kind === 'pcap'
      ? new PcapStepper(sink, firstInterfaceId, name)
      : new PcapngStepper(sink, firstInterfaceId, name);
  const stepper = new SniffingStepper(open, name);
  const assembler = new Assembler(stepper);
  return {
    push(chunk) {
      if (chunk.length > 0) assembler.push(chunk);
    },
    idle() {
      stepper.format?.idle(true);
      assembler.retry();
      stepper.format?.idle(false);
    },
    end() {
      stepper.ending();
      assembler.retry();
      const { view, length } = assembler.rest();
      if (stepper.format === null) throw unreadable(name, 'it is empty');
      if (stepper.junk > 0) {
        sink.warning({ offset: 0, text: `${stepper.junk} bytes in front of the capture are passed over` });
      }
      stepper.format.ended(view, length, assembler.position);
    },
  };
}
