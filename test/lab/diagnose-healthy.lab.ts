/** No false alarms: on a healthy host the verdict agrees with a real connection, for every pair. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabHost, startHost, whyNoLab } from './host.ts';

const skip = whyNoLab();

const places = {
  host: {},
  blue: { namespace: 'blue' },
  web: { container: 'web' },
  api: { container: 'api' },
  db: { container: 'db' },
  wired1: { container: 'wired1' },
} as const;

type Place = keyof typeof places;

const targets = [
  '172.17.0.2:80',
  '172.30.0.2:6379',
  '172.30.0.2:3306',
  '172.30.0.3:8000',
  '172.17.0.1:8080',
  '203.0.113.10:8080',
  '203.0.113.10:9000',
  '198.51.100.7:80',
  '10.9.0.4:80',
] as const;

const pairs = (Object.keys(places) as Place[]).flatMap((from) => targets.map((to) => ({ from, to })));

describe.skipIf(skip !== undefined)(
  `a healthy host${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    let host: LabHost;
    const times: { readonly reachable: boolean; readonly seconds: number }[] = [];

    beforeAll(async () => {
      host = await startHost({ scenario: 'standard' });
    });

    afterAll(async () => {
      for (const reachable of [true, false]) {
        const own = times.filter((one) => one.reachable === reachable).map(({ seconds }) => seconds);
        const slowest = Math.max(0, ...own).toFixed(1);
        process.stdout.write(
          `${own.length} pairs ${reachable ? 'reachable' : 'not reachable'}, slowest ${slowest} s\n`,
        );
      }
      await host.remove();
    });

    it.each(pairs)('is judged as it is: $from to $to', async ({ from, to }) => {
      const works = await connects(host, from, to);
      const started = performance.now();
      const { stdout, stderr, exitCode } = await host.netscope(['diagnose', from, to, '--json']);
      expect(stderr).toBe('');
      const { reachable, findings } = JSON.parse(stdout);
      times.push({ reachable: works, seconds: (performance.now() - started) / 1000 });
      expect(reachable, stdout).toBe(works);
      expect(exitCode).toBe(works ? 0 : 1);
      if (works) expect(findings).toEqual([]);
      // What does not work is explained, by something that is certain.
      else expect(findings[0]).toMatchObject({ severity: 'blocker', confidence: 'certain' });
    });

    it('says the same of the state alone where it knows the whole way', async () => {
      for (const [from, to] of [
        ['api', 'db:6379'],
        ['db', 'api:8000'],
        ['web', '172.17.0.1:8080'],
        ['host', 'web:80'],
      ] as const) {
        const { stdout } = await host.netscope(['diagnose', from, to, '--json', '--passive']);
        const { reachable, findings, methods } = JSON.parse(stdout);
        expect({ reachable, findings, methods }, `${from} ${to}`).toEqual({
          reachable: true,
          findings: [],
          methods: ['state'],
        });
      }
    });
  },
);

async function connects(host: LabHost, from: Place, to: string): Promise<boolean> {
  const [address, port] = to.split(':');
  const command = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`];
  return (await host.attempt(command, places[from])).exitCode === 0;
}
