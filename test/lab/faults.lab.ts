/** The faults are real: what they break works before, fails after, and works again once mended. Without netscope. */
import { describe, expect, it } from 'vitest';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();

describe.skipIf(skip !== undefined)(`faults${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  // Each has a host of its own, and most of its time goes by in waiting for an answer that does not come.
  it.concurrent.each(faults)('$cause: $how', async (fault) => {
    const host = await startHost(fault.host ?? { scenario: 'small' });
    try {
      await fault.prepare?.(host);
      if (fault.break !== undefined) expect(await worksInTheEnd(fault, host), 'before').toBe(true);
      await fault.break?.(host);
      expect(await fault.works(host), 'broken').toBe(false);
      await fault.mend?.(host);
      if (fault.mend !== undefined) expect(await worksInTheEnd(fault, host), 'mended').toBe(true);
    } finally {
      await host.remove();
    }
  });
});

/** Servers that start, neighbours that failed and a busy machine take a moment. */
async function worksInTheEnd(fault: Fault, host: LabHost): Promise<boolean> {
  for (let tries = 0; tries < 3; tries++) if (await fault.works(host)) return true;
  return false;
}
