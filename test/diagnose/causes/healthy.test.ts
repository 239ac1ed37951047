/** Of a host without a fault nothing is said; of two faults, both are found. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { causes } from '../../../src/diagnose/causes/index.ts';
import { healthy, judge, namespaceOf } from '../world.ts';
import { ruleBefore } from './cases.ts';

describe('causes', () => {
  it.each([
    ['web', 'db:3306'],
    ['web', '172.30.0.2:3306'],
    ['db', 'web:80'],
    ['host', 'db:3306'],
    ['web', '203.0.113.10:8080'],
    ['external:203.0.113.9', 'web:80'],
    ['external:203.0.113.9', '203.0.113.10:8080'],
  ])('find nothing wrong with %s to %s on a healthy host', async (from, to) => {
    const { findings, reachable } = await judge(healthy(), from, to);
    expect(findings).toEqual([]);
    expect(reachable).toBe(true);
  });

  it('find two faults at once', async () => {
    const snapshot = healthy();
    ruleBefore('-A DOCKER-USER -j RETURN', '-A DOCKER-USER -p tcp -m tcp --dport 3306 -j DROP')(snapshot);
    for (const one of namespaceOf(snapshot, 'db').listeners) one.address = '127.0.0.1';
    const { findings } = await judge(snapshot, 'web', 'db:3306');
    expect(findings.map(({ cause }) => cause)).toEqual(['docker-user-drop', 'listening-on-loopback']);
  });

  it('have a test each', () => {
    const folder = join(import.meta.dirname, '..');
    const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(causes.map(({ id }) => id).filter((id) => !tests.some((one) => one.includes(`'${id}'`)))).toEqual(
      [],
    );
  });
});
