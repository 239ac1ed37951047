/**
 * What reading, decoding and counting a capture costs, step by step: `node flows.js CAPTURE [REPETITIONS]`. Prints nanoseconds a
 * packet of each step, the time of a report and of joining, and the process's largest memory.
 */
import { readFileSync } from 'node:fs';
import { readCaptureFile } from '../../src/capture-file/read.ts';
import { ConnectionJoiner } from '../../src/flow/connections.ts';
import { FlowTable } from '../../src/flow/table.ts';
import { createDecoder } from '../../src/packet/decode.ts';
import { createFrame } from '../../src/packet/frame.ts';

const path = process.argv[2];
const repetitions = Number(process.argv[3] ?? 1);
if (path === undefined) throw new Error('usage: flows.js CAPTURE [REPETITIONS]');

type Step = 'read' | 'decode' | 'flows';

/** Seconds that the main thread ran: what it waits for others on the same machine does not count. */
function processorTime(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e9;
}

async function run(
  step: Step,
): Promise<{ readonly seconds: number; readonly packets: number; readonly table: FlowTable }> {
  const decoder = createDecoder();
  const frame = createFrame();
  const table = new FlowTable(decoder.encapsulations);
  let linkType = 1;
  let packets = 0;
  const started = processorTime();
  await readCaptureFile(path ?? '', {
    interface: (device) => {
      linkType = device.linkType;
    },
    packet: (record) => {
      packets++;
      if (step === 'read') return;
      decoder.decode(record.buffer, record.start, record.capturedLength, record.wireLength, linkType, frame);
      if (step === 'flows') table.add(frame, record);
    },
    warning: ({ text }) => console.error(text),
  });
  table.finish();
  return { seconds: processorTime() - started, packets, table };
}

const names = { interfaceOf: () => null, containerOf: () => null, version: 0 };

function timed<T>(label: string, action: () => T): T {
  const started = processorTime();
  const result = action();
  console.log(`${label}: ${((processorTime() - started) * 1000).toFixed(1)} ms`);
  return result;
}

let before = 0;
for (const step of ['read', 'decode', 'flows'] as const) {
  let best = await run(step);
  for (let again = 1; again < repetitions; again++) {
    const next = await run(step);
    if (next.seconds < best.seconds) best = next;
  }
  const { seconds, packets, table } = best;
  const each = ((seconds - before) * 1e9) / packets;
  console.log(`${step}: ${seconds.toFixed(2)} s in all, ${each.toFixed(0)} ns a packet for this step`);
  before = seconds;
  if (step !== 'flows') continue;
  console.log(`memory before the report: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
  const joiner = new ConnectionJoiner(table);
  const connections = timed('join', () => joiner.join({ names, conntrack: [] }));
  const flows = timed('report', () => table.report(names));
  timed('join again', () => joiner.join({ names, conntrack: [] }));
  timed('report again', () => table.report(names));
  console.log(`${packets} packets, ${flows.length} flows, ${connections.length} connections`);
}
console.log(`largest memory: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
