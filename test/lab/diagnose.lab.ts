/**
 * Every fault of the catalogue: made on a real host, shown by a real attempt, diagnosed, mended with the printed fix,
 * shown to work, and diagnosed again. LAB_FAULTS (a regular expression over "cause: how") chooses some.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { blockers, type Diagnosed, diagnosed, fixOf, Score } from './diagnosis.ts';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();
const wanted = new RegExp(process.env.LAB_FAULTS ?? '');
const chosen = faults.filter(({ cause, how }) => wanted.test(`${cause}: ${how}`));
/** Milliseconds: a host of its own, four attempts that may each have to time out, and two diagnoses. */
const patience = 150_000;
const score = new Score();

describe.skipIf(skip !== undefined)(`diagnose${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  it.concurrent.each(chosen)(
    'finds $cause: $how',
    async (fault) => {
      const what = `${fault.cause}: ${fault.how}`;
      score.tries(what);
      const host = await startHost(fault.host ?? { scenario: 'small' });
      try {
        await fault.prepare?.(host);
        if (fault.break !== undefined) expect(await worksInTheEnd(fault, host), 'before').toBe(true);
        await fault.break?.(host);
        expect(await fault.works(host), 'broken').toBe(false);
        const { document, seconds } = await diagnosed(host, fault.from, fault.to);
        const [first] = document.findings;
        expect(first?.cause, JSON.stringify(document.findings.map((one) => [one.cause, one.summary]))).toBe(
          fault.cause,
        );
        score.found(what, seconds);
        if (first?.severity === 'blocker') expect(document.reachable).toBe(false);
        expect(first?.evidence.length).toBeGreaterThan(0);
        // Several hosts at once share this machine: how long one takes alone is for test/bench/diagnose.ts to show.
        // A full table is a quarter of a million entries to read.
        expect(seconds).toBeLessThan(fault.cause === 'conntrack-full' ? 60 : 20);
        const how = await mend(host, fault, document);
        if (how === null) return;
        expect(await worksInTheEnd(fault, host), `mended by ${first?.fix.join('; ')}`).toBe(true);
        score.mended(how);
        const again = (await diagnosed(host, fault.from, fault.to)).document;
        expect(blockers(again)).toEqual([]);
      } finally {
        await host.remove();
      }
    },
    patience,
  );

  afterAll(() => score.print('diagnose'));
});

/** With the printed fix where it is one that this host can run; else as a person would. Null where nothing mends it. */
async function mend(
  host: LabHost,
  fault: Fault,
  { findings }: Diagnosed,
): Promise<'byFix' | 'byHand' | null> {
  const fix = fixOf(findings.slice(0, 1));
  for (const command of fix) await host.run(['bash', '-euc', command]);
  if (fix.length > 0) return 'byFix';
  await fault.mend?.(host);
  return fault.mend === undefined ? null : 'byHand';
}

/** Neighbours that failed, servers that start and clients that wait take a moment to notice that all is well. */
async function worksInTheEnd(fault: Fault, host: LabHost): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) if (await fault.works(host)) return true;
  return false;
}
