/**
 * Every fault of the catalogue: made on a real host, shown by a real attempt, diagnosed, mended with the printed fix,
 * shown to work, and diagnosed again. LAB_FAULTS (a regular expression over "cause: how") chooses some.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();
const wanted = new RegExp(process.env.LAB_FAULTS ?? '');
/** What diagnose cannot find yet: these take the packets of a real client, and it looks at its own probe only. */
const notYet: ReadonlySet<string> = new Set(['tls-mismatch']);
const chosen = faults.filter(({ cause, how }) => !notYet.has(cause) && wanted.test(`${cause}: ${how}`));
/** Milliseconds: a host of its own, four attempts that may each have to time out, and two diagnoses. */
const patience = 150_000;

interface Diagnosed {
  readonly reachable: boolean | null;
  readonly findings: readonly {
    readonly cause: string;
    readonly severity: string;
    readonly summary: string;
    readonly evidence: readonly unknown[];
    readonly fix: readonly string[];
  }[];
}

const score = { tried: 0, first: 0, mended: 0, slowest: 0, missed: [] as string[] };

describe.skipIf(skip !== undefined)(`diagnose${skip === undefined ? '' : ` (skipped: ${skip})`}`, () => {
  it.concurrent.each(chosen)(
    'finds $cause: $how',
    async (fault) => {
      score.tried++;
      score.missed.push(`${fault.cause}: ${fault.how}`);
      const host = await startHost(fault.host ?? { scenario: 'small' });
      try {
        await fault.prepare?.(host);
        if (fault.break !== undefined) expect(await fault.works(host), 'before').toBe(true);
        await fault.break?.(host);
        expect(await fault.works(host), 'broken').toBe(false);
        const { document, seconds } = await diagnosed(host, fault);
        const [first] = document.findings;
        expect(first?.cause, JSON.stringify(document.findings.map((one) => [one.cause, one.summary]))).toBe(
          fault.cause,
        );
        score.first++;
        score.missed.splice(score.missed.indexOf(`${fault.cause}: ${fault.how}`), 1);
        score.slowest = Math.max(score.slowest, seconds);
        if (first?.severity === 'blocker') expect(document.reachable).toBe(false);
        expect(first?.evidence.length).toBeGreaterThan(0);
        // Several hosts at once share this machine: how long one takes alone is for the healthy ones to show.
        // A full table is a quarter of a million entries to read.
        expect(seconds).toBeLessThan(fault.cause === 'conntrack-full' ? 60 : 20);
        if (!(await mend(host, fault, document))) return;
        expect(await worksAgain(fault, host), `mended by ${first?.fix.join('; ')}`).toBe(true);
        score.mended++;
        const again = (await diagnosed(host, fault)).document;
        expect(again.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
      } finally {
        await host.remove();
      }
    },
    patience,
  );

  afterAll(() => {
    const { tried, first, mended, slowest, missed } = score;
    process.stdout.write(
      `diagnose: ${first} of ${tried} causes found first, ${mended} mended, slowest ${slowest.toFixed(1)} s\n`,
    );
    process.stdout.write(`  not tried: ${[...notYet].join(', ')}\n`);
    for (const one of missed) process.stdout.write(`  missed: ${one}\n`);
  });
});

async function diagnosed(
  host: LabHost,
  fault: Fault,
): Promise<{ readonly document: Diagnosed; readonly seconds: number }> {
  const started = performance.now();
  const { stdout, stderr, exitCode } = await host.netscope([
    'diagnose',
    fault.from,
    fault.to,
    '--json',
    '--wait',
    '1',
  ]);
  expect([0, 1], stderr).toContain(exitCode);
  const document: Diagnosed = JSON.parse(stdout);
  expect(exitCode).toBe(document.findings.some(({ severity }) => severity === 'blocker') ? 1 : 0);
  return { document, seconds: (performance.now() - started) / 1000 };
}

/** With the printed fix where it is one that this host can run; else as a person would. False where nothing mends it. */
async function mend(host: LabHost, fault: Fault, { findings }: Diagnosed): Promise<boolean> {
  const fix = findings[0]?.fix ?? [];
  // The size of the connection table is the machine's: a lab host may read it, not change it.
  const needsHand =
    fix.length === 0 ||
    fix.some((one) => /^(netscope|systemctl|docker run) |REMOTE|nf_conntrack_max=/.test(one));
  if (!needsHand) {
    for (const command of fix) await host.run(['bash', '-euc', command]);
    return true;
  }
  await fault.mend?.(host);
  return fault.mend !== undefined;
}

/** Neighbours that failed and clients that wait take a moment to notice that all is well. */
async function worksAgain(fault: Fault, host: LabHost): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) if (await fault.works(host)) return true;
  return false;
}
