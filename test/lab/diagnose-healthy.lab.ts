/** No false alarms: on a healthy host the verdict agrees with a real connection, for every pair. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockers, diagnosed } from './diagnosis.ts';
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

/** Ways that a container is reached besides by its address over TCP. */
const manyWays = `
. ${fileURLToPath(new URL('host/images.sh', import.meta.url))}
debian_image socat /usr/bin/socat
docker network create --ipv6 --subnet 172.33.0.0/24 --subnet fd00:33::/64 six >/dev/null
docker run -d --name six1 --network six --network-alias cache --publish 5353:5353/udp lab/socat sh -c '
  nc -ll -p 3306 -e echo hello & exec socat UDP-LISTEN:5353,fork EXEC:"echo hello"' >/dev/null
docker run -d --name six2 --network six lab/socat >/dev/null
docker run -d --name both --network app --network-alias store lab/base nc -ll -p 3306 -e echo hello >/dev/null
docker network connect six both
docker run -d --name mate --network container:web lab/base >/dev/null
docker run -d --name open --network host lab/base nc -ll -p 9100 -e echo hello >/dev/null
for n in $(seq 100); do docker exec six2 nc -w 1 six1 3306 </dev/null 2>/dev/null | grep -q hello && break; sleep 0.1; done
for n in $(seq 100); do docker exec web nc -w 1 store 3306 </dev/null 2>/dev/null | grep -q hello && break; sleep 0.1; done
for n in $(seq 100); do busybox nc -w 1 127.0.0.1 9100 </dev/null 2>/dev/null | grep -q hello && break; sleep 0.1; done`;

const tcp = (container: string, to: string, port = 3306) =>
  `docker exec ${container} timeout 2 nc -w 1 ${to} ${port} </dev/null | grep -q hello`;
const udp = (container: string, to: string) =>
  `docker exec ${container} sh -c 'echo ask | timeout 2 socat -t1 - UDP:${to}:5353' | grep -q hello`;

interface Way {
  readonly from: string;
  readonly to: string;
  /** Exit status 0 when it works; on the host, or outside it. */
  readonly attempt: string;
  readonly outside?: true;
}

const ways: readonly Way[] = [
  { from: 'six2', to: '[fd00:33::2]:3306', attempt: tcp('six2', 'fd00:33::2') },
  { from: 'six2', to: 'six1:3306', attempt: tcp('six2', 'six1') },
  { from: 'six2', to: 'cache:3306', attempt: tcp('six2', 'cache') },
  { from: 'six2', to: 'six1:5353/udp', attempt: udp('six2', 'six1') },
  { from: 'host', to: 'six1:3306', attempt: 'busybox nc -w 1 172.33.0.2 3306 </dev/null | grep -q hello' },
  { from: 'web', to: 'store:3306', attempt: tcp('web', 'store') },
  { from: 'mate', to: 'store:3306', attempt: tcp('mate', 'store') },
  { from: 'six2', to: 'both:3306', attempt: tcp('six2', 'both') },
  { from: 'both', to: 'web:80', attempt: 'docker exec both timeout 2 wget -q -O /dev/null http://web/' },
  { from: 'open', to: '172.30.0.2:3306', attempt: tcp('open', '172.30.0.2') },
  { from: 'web', to: '172.30.0.1:9100', attempt: tcp('web', '172.30.0.1', 9100) },
  { from: 'web', to: '[fd00:33::2]:3306', attempt: tcp('web', 'fd00:33::2') },
  { from: 'web', to: 'six1:3306', attempt: tcp('web', 'six1') },
  { from: 'web', to: '172.33.0.2:3306', attempt: tcp('web', '172.33.0.2') },
  {
    from: 'external:203.0.113.9',
    to: 'web:80',
    attempt: 'timeout 2 busybox wget -q -O /dev/null http://203.0.113.10:8080/',
    outside: true,
  },
  {
    from: 'external:203.0.113.9',
    to: '203.0.113.10:9100',
    attempt: 'busybox nc -w 1 203.0.113.10 9100 </dev/null | grep -q hello',
    outside: true,
  },
];

describe.skipIf(skip !== undefined)(
  `a healthy host, in many ways${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    let host: LabHost;

    beforeAll(async () => {
      host = await startHost({ scenario: 'small' });
      await host.run(['bash', '-euc', manyWays], { timeout: 60_000 });
    });

    afterAll(() => host.remove());

    it.each(ways)('is judged as it is: $from to $to', async ({ from, to, attempt, outside }) => {
      const place = outside === true ? { outside } : {};
      const works = (await host.attempt(['bash', '-c', attempt], place)).exitCode === 0;
      const { document } = await diagnosed(host, from, to);
      expect(document.reachable, JSON.stringify(document.findings)).toBe(works);
      if (works) expect(blockers(document)).toEqual([]);
      else expect(document.findings[0]).toMatchObject({ severity: 'blocker' });
    });
  },
);

async function connects(host: LabHost, from: Place, to: string): Promise<boolean> {
  const [address, port] = to.split(':');
  const command = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`];
  return (await host.attempt(command, places[from])).exitCode === 0;
}
