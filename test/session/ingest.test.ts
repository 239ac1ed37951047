import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readCaptureFile } from '../../src/capture-file/read.ts';
import { Ingest } from '../../src/session/ingest.ts';

const recording = resolve(import.meta.dirname, '../../fixtures/standard.pcapng');

async function flowsOf(mostFlows?: number): Promise<Ingest> {
  const ingest = new Ingest({
    ...(mostFlows === undefined ? {} : { mostFlows }),
    ...{ keepPackets: false, onPacket: () => {}, onSnapshot: () => {} },
  });
  await readCaptureFile(recording, ingest);
  return ingest;
}

it('forgets flows where it may not hold more, and says so once', async () => {
  const all = await flowsOf();
  expect(all.table.store.count).toBeGreaterThan(64);
  expect(all.warnings).toEqual([]);
  const bounded = await flowsOf(64);
  expect(bounded.packets).toBe(all.packets);
  expect(bounded.table.store.count).toBeLessThanOrEqual(64);
  expect(bounded.warnings).toEqual(['more than 64 flows: those that ended longest ago are forgotten']);
});
