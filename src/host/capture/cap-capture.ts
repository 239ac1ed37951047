/** The `cap` backend: one child process per interface, whose output is read as pcap. */
import type { CaptureInterface, CaptureParser } from '../../capture-file/model.ts';
import { createParser } from '../../capture-file/parser.ts';
import { type CapProcess, startCap } from './cap-process.ts';
import { describeInterface } from './describe.ts';
import { Merge } from './merge.ts';
import {
  type CaptureBackend,
  type CaptureRequest,
  disappeared,
  type LiveCapture,
  type LiveSink,
} from './model.ts';

/** Milliseconds between deliveries, and how long packets are held back to be put in order. */
const interval = 20;
const holdTime = 60;
/** A child that has not ended after so long is killed. */
const patience = 2000;

export const capBackend: CaptureBackend = {
  name: 'cap',
  async open(request, sink) {
    const started = await startAll(request);
    return new CapCapture(request, sink, started);
  },
};

type Started = Awaited<ReturnType<typeof startCap>>;

/** Starts a child for every target, or none. */
async function startAll(request: CaptureRequest): Promise<Started[]> {
  const results = await Promise.allSettled(request.targets.map((target) => startCap(target, request)));
  const started = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  for (const { process } of started) process.kill('SIGKILL');
  throw failed.reason;
}

class CapCapture implements LiveCapture {
  readonly interfaces: readonly CaptureInterface[];
  readonly notes: readonly string[] = [
    'captured with cap: times are those at which netscope got the packets, and what was dropped is not known',
    'captured with cap: the interfaces are in promiscuous mode until the capture ends',
  ];
  readonly ended: Promise<void>;
  readonly #sink: LiveSink;
  readonly #merge: Merge;
  readonly #children: readonly CapProcess[];
  readonly #closed: Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  readonly #rounds: { at: number; key: number }[] = [];
  #stopping: Promise<void> | null = null;

  constructor(request: CaptureRequest, sink: LiveSink, started: readonly Started[]) {
    this.#sink = sink;
    this.#merge = new Merge(sink, Math.floor(Date.now() / 1000));
    this.#children = started.map(({ process }) => process);
    this.interfaces = started.map(({ head }, at) => describeInterface(request, at, head.readUInt32LE(20)));
    for (const device of this.interfaces) sink.interface(device);
    this.#closed = Promise.all(
      started.map(({ process, head }, at) => {
        const device = this.interfaces[at];
        return device === undefined ? null : this.#read(process, head, device);
      }),
    );
    this.#timer = setInterval(() => this.#deliver(), interval);
    this.ended = this.#closed.then(() => {
      clearInterval(this.#timer);
      this.#merge.deliver(Number.POSITIVE_INFINITY);
    });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    for (const child of this.#children) child.stdin.end();
    const impatience = setTimeout(() => {
      for (const child of this.#children) child.kill('SIGKILL');
    }, patience);
    await this.ended;
    clearTimeout(impatience);
  }

  /** Reads one child's packets until it ends. */
  #read(child: CapProcess, head: Buffer, device: CaptureInterface): Promise<void> {
    const packet = this.#merge.input(device.id);
    const parser: CaptureParser = createParser(
      { interface() {}, packet, warning() {} },
      { name: device.name ?? '', firstInterfaceId: device.id },
    );
    parser.push(head);
    child.stdout.on('data', (chunk: Buffer) => parser.push(chunk));
    // It was paused when its head was complete, so that nothing between was missed.
    child.stdout.resume();
    return new Promise((resolve) => {
      child.once('close', (_code, signal) => {
        if (this.#stopping === null) {
          // cap calls abort() when its interface goes away (an assertion in its poll callback).
          const why = signal === 'SIGABRT' ? disappeared : 'cap ended by itself';
          this.#sink.ended(device.id, why);
        }
        resolve();
      });
    });
  }

  #deliver(): void {
    const now = performance.now();
    this.#rounds.push({ at: now, key: this.#merge.newest });
    let key = Number.NEGATIVE_INFINITY;
    while (this.#rounds[0] !== undefined && this.#rounds[0].at <= now - holdTime) {
      key = this.#rounds.shift()?.key ?? key;
    }
    this.#merge.deliver(this.#merge.isFull ? Number.POSITIVE_INFINITY : key);
  }
}
