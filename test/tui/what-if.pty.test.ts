/** The prompt of the rules view that walks a typed packet through the rules. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { buildPrograms, type PtyRun, removePrograms, runPty } from './pty.ts';

let run: PtyRun;

async function type(text: string): Promise<void> {
  run = runPty({ columns: 120, rows: 40 });
  await run.until((screen) => screen.includes('q quit'), 'the first frame');
  run.send('4');
  await run.until((screen) => screen.includes('DOCKER'), 'the rules');
  run.send('e');
  await run.until((screen) => screen.includes('tcp 192.0.2.9:40000 > 192.0.2.1:8080 in eth0'), 'an example');
  for (const key of text) run.send(key);
}

beforeAll(buildPrograms, 60_000);
afterEach(() => run.stop());
afterAll(removePrograms);

it('shows the walk of a packet, rule by rule, with what became of it', async () => {
  await type('tcp 198.51.100.9:40000 > 192.0.2.2:8080 in eth0\r');
  const screen = await run.until((text) => text.includes('What if'), 'the walk');
  expect(screen).toContain('Verdict    accept: leaves by docker0');
  expect(screen).toContain('dnat 192.0.2.2:8080 → 172.17.0.2:80');
  expect(screen).toMatch(/prerouting nat DOCKER\s.*\n.*match {6}1 {2}-A DOCKER ! -i docker0 -p tcp/);
  expect(screen).toMatch(/no {9}1 {2}-A DOCKER-CT .*\n.*› ctstate/);
  run.send('q');
  await run.until((text) => !text.includes('What if'), 'the rules again');
}, 60_000);

it('keeps what was typed and says what is wrong with which word', async () => {
  await type('tcp 198.51.100.9:40000 > 192.0.2.300:8080\r');
  await run.until((text) => text.includes('"192.0.2.300:8080" is no address'), 'the problem');
  run.send('\u0015');
  for (const key of 'udp 198.51.100.9 > 192.0.2.2:53 in eth9\r') run.send(key);
  const screen = await run.until((text) => text.includes('host has no interface "eth9"'), 'the problem');
  expect(screen).toContain('packet udp 198.51.100.9 > 192.0.2.2:53 in eth9');
}, 60_000);
