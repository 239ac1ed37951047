/** The parser for whatever capture format the bytes turn out to be. */
import { Assembler, type Stepper } from './assembler.ts';
import type { CaptureParser, CaptureSink } from './model.ts';
import { PcapStepper } from './pcap/parser.ts';
import { PcapngStepper } from './pcapng/parser.ts';
import { sniff } from './sniff.ts';
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

/** Bytes that it takes to tell the format. */
const headLength = 12;

/** Waits for the head of the input, then hands everything to its format. */
class SniffingStepper implements Stepper {
  format: FormatStepper | null = null;
  readonly #open: (head: Uint8Array) => FormatStepper;

  constructor(open: (head: Uint8Array) => FormatStepper) {
    this.#open = open;
  }

  get need(): number {
    return this.format === null ? headLength : this.format.need;
  }

  step(buffer: Uint8Array, view: DataView, start: number, end: number, position: number): number {
    if (this.format === null) {
      if (end - start < headLength) return start;
      this.format = this.#open(buffer.subarray(start, start + headLength));
    }
    return this.format.step(buffer, view, start, end, position);
  }
}

/**
 * A parser for pcap or pcapng, told apart by content.
 *
 * @throws from `push` or `end`: NetscopeError (unreadable) when the input is neither.
 */
export function createParser(sink: CaptureSink, options: ParserOptions): CaptureParser {
  const { name, firstInterfaceId = 0 } = options;
  const open = (head: Uint8Array): FormatStepper => {
    const kind = sniff(head);
    switch (kind) {
      case 'pcap':
        return new PcapStepper(sink, firstInterfaceId, name);
      case 'pcapng':
        return new PcapngStepper(sink, firstInterfaceId);
      case 'gzip':
      case 'zstd':
        throw unreadable(name, `it is ${kind}-compressed inside`);
      case 'json':
        throw unreadable(name, 'it is JSON text, not a capture');
      case null:
        throw unreadable(name, 'it is no capture: it begins with neither pcap nor pcapng');
    }
  };
  const stepper = new SniffingStepper(open);
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
      stepper.format?.ending();
      assembler.retry();
      const { buffer, view, length } = assembler.rest();
      if (stepper.format === null) {
        const head = buffer.subarray(0, length);
        if (length > 0) open(head);
        throw unreadable(name, length === 0 ? 'it is empty' : `it ends after ${length} bytes`);
      }
      stepper.format.ended(view, length, assembler.position);
    },
  };
}
