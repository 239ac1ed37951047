/**
 * The child process of the `cap` backend: one interface, whose packets it writes to standard output as pcap.
 * A process of its own because cap aborts the process that it runs in when its interface disappears.
 *
 *     node cap-child.js INTERFACE SNAPLEN BUFFER-BYTES FILTER
 *
 * It ends when standard input does, which is when netscope ends, however that happens. What kept it from
 * starting goes to standard error as one line of JSON.
 */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What is used of cap 0.2.1. */
interface Capture {
  open(device: string, filter: string, bufferLength: number, buffer: Buffer): string;
  on(event: 'packet', listener: (length: number, truncated: boolean) => void): void;
  close(): void;
}

/** cap's names of the link types that it knows, as LINKTYPE_* numbers. */
const linkTypes: Readonly<Record<string, number>> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
};

const largestFrame = 65_535;
const outputLength = 256 * 1024;
const flushInterval = 10;

const [device = '', snaplenText = '', bufferText = '', filter = ''] = process.argv.slice(2);
const snaplen = Number(snaplenText);
/** cap keeps only a pointer to it: it has to stay alive here. */
const frame = Buffer.alloc(largestFrame);
const output = Buffer.alloc(outputLength);
let used = 0;

function fail(stage: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${JSON.stringify({ stage, why })}\n`);
  process.exit(1);
}

function flush(): void {
  let at = 0;
  while (at < used) {
    try {
      at += writeSync(1, output, at, used - at);
    } catch (error) {
      // Nobody reads any more: netscope has gone.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) process.exit(0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  used = 0;
}

function load(): Capture {
  try {
    const { Cap }: { Cap: new () => Capture } = createRequire(import.meta.url)('cap');
    return new Cap();
  } catch (error) {
    return fail('load', error);
  }
}

const capture = load();
let linkType: string;
try {
  linkType = capture.open(device, filter, Number(bufferText), frame);
} catch (error) {
  fail('open', error);
}
const known = linkTypes[linkType] ?? Number(/^Unknown linktype (\d+)$/.exec(linkType)?.[1] ?? Number.NaN);
if (Number.isNaN(known)) fail('open', `cap says link type ${linkType}`);

// pcap with nanoseconds: magic, version 2.4, zone and accuracy 0, snaplen, link type.
output.writeUInt32LE(0xa1b23c4d, 0);
output.writeUInt16LE(2, 4);
output.writeUInt16LE(4, 6);
output.writeUInt32LE(snaplen, 16);
output.writeUInt32LE(known, 20);
used = 24;
flush();

capture.on('packet', (length) => {
  // cap does not say when the kernel saw the packet: this is when it arrived here.
  const now = performance.timeOrigin + performance.now();
  const kept = Math.min(length, snaplen);
  if (used + 16 + kept > outputLength) flush();
  output.writeUInt32LE(Math.floor(now / 1000), used);
  output.writeUInt32LE(Math.floor((now % 1000) * 1_000_000), used + 4);
  output.writeUInt32LE(kept, used + 8);
  output.writeUInt32LE(length, used + 12);
  frame.copy(output, used + 16, 0, kept);
  used += 16 + kept;
});

setInterval(flush, flushInterval);

process.stdin.resume();
process.stdin.on('end', () => {
  flush();
  process.exit(0);
});
