/**
 * Faults made in many ways, and two at once, on hosts that they share: broken, shown by a real attempt, diagnosed, mended
 * with the printed fixes or by hand, and shown to work. LAB_FAULTS (a regular expression over "cause: how") chooses some.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { blockers, diagnosed, fixOf, Score } from './diagnosis.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';
import { combinedVariants } from './variants/combined.ts';
import { ipv6Variants } from './variants/ipv6.ts';
import { linkVariants } from './variants/links.ts';
import { nftVariants } from './variants/nft-rules.ts';
import { ruleVariants } from './variants/rules.ts';
import { serviceVariants } from './variants/services.ts';
import { preamble, type Variant } from './variants/variant.ts';

const skip = whyNoLab();
const wanted = new RegExp(process.env.LAB_FAULTS ?? '');
const every = [
  ...ruleVariants,
  ...nftVariants,
  ...linkVariants,
  ...serviceVariants,
  ...combinedVariants,
  ...ipv6Variants,
];
const chosen = every.filter(({ causes, how }) => wanted.test(`${causes.join(',')}: ${how}`));
/** Milliseconds; each has to wait for attempts that time out. */
const patience = 120_000;

/** What gives a container other links or addresses than the next variant takes for granted. */
const respawns = /docker (?:network|kill)/;
type Scenario = NonNullable<Variant['scenario']> | 'small';
/** Hosts on which all is well, by scenario. */
const idle: Record<Scenario, LabHost[]> = { small: [], dual: [] };
const score = new Score();

describe.skipIf(skip !== undefined)(
  `diagnose, in other ways${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    it.concurrent.each(chosen)(
      'finds $causes: $how',
      async (variant) => {
        const what = `${variant.causes.join(' and ')}: ${variant.how}`;
        score.tries(what);
        const scenario = variant.scenario ?? 'small';
        const host = idle[scenario].pop() ?? (await wellHost(scenario));
        let isWell = false;
        try {
          await bash(host, variant.breaks);
          expect(await works(host, variant), 'broken').toBe(false);
          const { document, seconds } = await diagnosed(host, variant.from, variant.to);
          expect(document.reachable).toBe(false);
          const found = blockers(document);
          const told = JSON.stringify(found.map(({ cause, summary }) => [cause, summary]));
          expect(found[0]?.cause, told).toBe(variant.causes[0]);
          expect(found.map(({ cause }) => cause)).toEqual(expect.arrayContaining([...variant.causes]));
          expect(JSON.stringify(found[0])).toContain(variant.names);
          score.found(what, seconds);
          const how = await mend(host, variant, variant.partly === true ? [] : fixOf(found));
          if (how !== null) score.mended(how);
          await host.attempt(['bash', '-c', `${preamble}${variant.mends}; reset`]);
          // Not every host is as it was: then the next one gets another.
          isWell =
            !respawns.test(variant.breaks) &&
            (variant.breaks === 'true' || (await worksInTheEnd(host, variant)));
        } finally {
          if (isWell) idle[scenario].push(host);
          else await host.remove();
        }
      },
      patience,
    );

    afterAll(async () => {
      for (const host of Object.values(idle).flat()) await host.remove();
      score.print('diagnose, in other ways');
    });
  },
);

async function wellHost(scenario: Scenario): Promise<LabHost> {
  const host = await startHost({ scenario });
  await bash(host, 'remember');
  return host;
}

function bash(host: LabHost, text: string): Promise<unknown> {
  return host.run(['bash', '-euc', preamble + text]);
}

async function works(host: LabHost, { works: attempt }: Variant): Promise<boolean> {
  const { exitCode } =
    attempt === 'outside'
      ? await host.attempt(
          ['timeout', '1.5', 'busybox', 'wget', '-q', '-O', '/dev/null', 'http://203.0.113.10:8080/'],
          { outside: true },
        )
      : await host.attempt(['bash', '-c', preamble + attempt]);
  return exitCode === 0;
}

async function worksInTheEnd(host: LabHost, variant: Variant): Promise<boolean> {
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    if (await works(host, variant)) return true;
    await new Promise((done) => setTimeout(done, 200));
  }
  return false;
}

/** With the printed fixes, where a lab host can run them; else as a person would. Null where nothing is to be mended. */
async function mend(
  host: LabHost,
  variant: Variant,
  fix: readonly string[],
): Promise<'byFix' | 'byHand' | null> {
  if (variant.breaks === 'true') return null;
  for (const command of fix) await host.run(['bash', '-euc', command]);
  if (fix.length === 0) await bash(host, variant.mends);
  expect(await worksInTheEnd(host, variant), `mended by ${fix.join('; ')}`).toBe(true);
  return fix.length === 0 ? 'byHand' : 'byFix';
}
