import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { exitStatus, NetscopeError } from '../../src/util/errors.ts';

const smallest = {
  schema: 'netscope.snapshot/1',
  takenAt: '2026-01-01T00:00:00Z',
  host: { hostname: 'lab', kernel: '6.18' },
  namespaces: [{ id: 'net:[1]' }],
};

function failure(text: string): NetscopeError {
  try {
    parseSnapshot(text, 'host.json');
  } catch (error) {
    if (error instanceof NetscopeError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('reading a snapshot', () => {
  it('fills in what an older or smaller writer left out', () => {
    const snapshot = parseSnapshot(JSON.stringify(smallest), 'host.json');
    expect(snapshot.namespaces[0]).toMatchObject({ links: [], conntrack: [], host: false });
    expect(snapshot.containers).toEqual([]);
  });

  it.each([
    ['{"schema": "netscope.snapshot/1", "takenAt"', /JSON/],
    ['{"schema": "netscope.flows/1"}', /not a snapshot/],
    [
      JSON.stringify({ ...smallest, schema: 'netscope.snapshot/9' }),
      /netscope\.snapshot\/9.*netscope\.snapshot\/1/,
    ],
    [JSON.stringify({ ...smallest, namespaces: [{ id: 'net:[x]' }] }), /namespaces\.0\.id/],
    [
      JSON.stringify({ ...smallest, namespaces: [{ id: 'net:[1]', links: [{ index: 'one' }] }] }),
      /links\.0\.index/,
    ],
  ])('refuses what is not one, naming the place: %s', (text, why) => {
    const error = failure(text);
    expect(error.status).toBe(exitStatus.unreadable);
    expect(error.why).toMatch(why);
  });
});
