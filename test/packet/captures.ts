/** The captures of the test data, frame by frame. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CaptureInterface, PacketRecord } from '../../src/capture-file/model.ts';
import { createParser } from '../../src/capture-file/parser.ts';

export const dataFolder = resolve(import.meta.dirname, '../../../shared/data');
export const capturesFolder = resolve(dataFolder, 'captures');
export const hasData = existsSync(capturesFolder);

/** With CI_REQUIRE_LAB=1 absent data is a failure, not a reason to skip. */
export const mayRun = hasData || process.env.CI_REQUIRE_LAB === '1';
export const whyNot = hasData ? '' : ' (skipped: ../shared/data is absent)';

export function captureNames(): string[] {
  return hasData ? readdirSync(capturesFolder).sort() : [];
}

/** Calls `onFrame` for each packet; a file that is no capture has none. */
export function eachFrame(
  path: string,
  onFrame: (record: PacketRecord, device: CaptureInterface) => void,
): void {
  const devices = new Map<number, CaptureInterface>();
  const parser = createParser(
    {
      interface: (device) => devices.set(device.id, device),
      packet: (record) => {
        const device = devices.get(record.interfaceId);
        if (device !== undefined) onFrame(record, device);
      },
      warning: () => undefined,
    },
    { name: path },
  );
  parser.push(readFileSync(path));
  parser.end();
}
