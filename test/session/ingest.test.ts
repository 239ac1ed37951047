import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readCaptureFile } from '../../src/capture-file/read.ts';
import { createRecord } from '../../src/capture-file/record.ts';
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

it('takes note of who asks for a neighbour, by ARP or by neighbour discovery', () => {
  const ingest = new Ingest({ keepPackets: false, onPacket: () => {}, onSnapshot: () => {} });
  ingest.interface({
    ...{ id: 0, name: 'eth0', description: null, linkType: 1, fcsLength: 0, snapLength: 0, section: 0 },
    ...{ received: null, dropped: null },
  });
  const take = (frame: Uint8Array, at: number) => {
    const length = { capturedLength: frame.length, wireLength: frame.length };
    ingest.packet({ ...createRecord(), ...length, buffer: frame, seconds: at });
  };
  const arp = Buffer.from(
    `ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000009`,
    'hex',
  );
  const solicitation = Buffer.from(
    `33330000000202000000000386dd6000000000183afffd000030000000000000000000000003` +
      `ff0200000000000000000001ff0000028700000000000000fd000030000000000000000000000002`,
    'hex',
  );
  for (let at = 1; at < 4; at++) for (const frame of [arp, solicitation]) take(frame, at);
  expect(ingest.requests.unanswered().map(({ address }) => address)).toEqual(['10.0.0.9', 'fd00:30::2']);
});
