/** What each view looks like, at three sizes, without colours and in plain ASCII. */
import stringWidth from 'string-width';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyOptions, type PtyRun, removePrograms, runPty } from './pty.ts';

let run: PtyRun;

const views = [
  ['topology', '1jj', 'ifindex 9'],
  ['flows', '2', 'Dropped by DOCKER-USER'],
  ['packets', ':8\r\rjj', 'Source Port'],
  ['rules', '4jjjjjjjjjjjjj', 'host ip nat DOCKER 3'],
  ['problems', '5', 'Severity'],
  ['statistics', '6', 'peak'],
] as const;

/** Besides the views, what opens over them. */
const screens = [
  ...views,
  ['statistics-talkers', '6\t\t\tj', '172.17.0.2 web'],
  ['statistics-sizes', '6\t\t\t\t', 'Packet sizes'],
  ['way', '1jjo', 'outside'],
] as const;

async function show(keys: string, text: string, options: PtyOptions): Promise<string> {
  run = runPty(options);
  await run.until((screen) => screen.includes('q quit'), 'the first frame');
  for (const key of keys) run.send(key);
  await run.until((screen) => screen.includes(text), text);
  return run.settled();
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe.each([
  [80, 24],
  [120, 40],
  [200, 60],
] as const)('on %ix%i', (columns, rows) => {
  it.each(screens)('the %s view', async (name, keys, text) => {
    const screen = await show(keys, text, { columns, rows });
    await expect(screen).toMatchFileSnapshot(`screens/${name}-${columns}x${rows}.txt`);
    for (const line of screen.split('\n')) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      // Names of wide characters move no border.
      if (/^[│╭╰]/.test(line)) expect(stringWidth(line)).toBe(columns);
    }
  });
});

describe.each([
  [80, 24],
  [200, 60],
] as const)('the time line on %ix%i', (columns, rows) => {
  const env = { FAKE: JSON.stringify({ mode: 'replay' }) };

  it('is a line below the view', async () => {
    const screen = await show('2', 'connections', { columns, rows, env });
    await expect(screen).toMatchFileSnapshot(`screens/time-${columns}x${rows}.txt`);
  });

  it('says where it is, and what range it shows, while keys go to it', async () => {
    const screen = await show('2Tg\u0004[\u0004\u0004', '[10:', { columns, rows, env });
    await expect(screen).toMatchFileSnapshot(`screens/time-range-${columns}x${rows}.txt`);
  });
});

it('the time line in plain ASCII', async () => {
  const env = { FAKE: JSON.stringify({ mode: 'replay', ascii: true }) };
  const screen = await show('2Tg\u0004[\u0004\u0004', '[10:', { env });
  await expect(screen).toMatchFileSnapshot('screens/time-ascii.txt');
  expect(screen.match(/[^\n -~]/g)).toBeNull();
});

it.each(screens)('the %s view in plain ASCII', async (name, keys, text) => {
  const screen = await show(keys, text, { env: { FAKE: JSON.stringify({ ascii: true }) } });
  await expect(screen).toMatchFileSnapshot(`screens/${name}-ascii.txt`);
  // Names and packets' words stay as they are; everything that netscope draws is ASCII.
  const drawn = screen.replaceAll('größe-日本🐳', '').replaceAll(/\d+ → \d+/g, '');
  expect(drawn.match(/[^\n -~]/g)).toBeNull();
});

it.each(views)(
  'the %s view without colours says the same, and shows the cursor by reverse video',
  async (_, keys, text) => {
    const coloured = await show(keys, text, {});
    run.stop();
    const plain = await show(keys, text, { env: { NO_COLOR: '1' } });
    expect(plain).toBe(coloured);
    expect(run.output).not.toMatch(/\u001b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]/);
    const row = run.screen().findIndex((line) => line.includes('▌'));
    expect(run.cell(2, row).inverse || run.output.includes('\u001b[4m')).toBe(true);
  },
);

describe('an empty session', () => {
  it.each([
    ['1', 'Reading namespaces'],
    ['2', 'No traffic yet'],
    ['3', 'No packets yet'],
    ['4', 'No rules on this host'],
    ['6', 'Nothing to draw yet'],
  ])('in view %s says what it waits for', async (key, text) => {
    await show(key, text, { env: { FAKE: JSON.stringify({ empty: true }) } });
  });

  it('of a file says what else there is', async () => {
    await show('1', 'This file holds packets only', {
      env: { FAKE: JSON.stringify({ empty: true, mode: 'replay' }) },
    });
  });
});
