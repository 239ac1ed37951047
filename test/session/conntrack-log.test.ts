import { describe, expect, it } from 'vitest';
import { ConntrackLog } from '../../src/session/conntrack-log.ts';
import { bareSnapshot } from '../../src/session/host-state.ts';
import type { ConntrackEntry } from '../../src/snapshot/schema.ts';
import { snapshotSchema } from '../../src/snapshot/schema.ts';

function entry(sourcePort: number, overrides: Partial<ConntrackEntry> = {}): ConntrackEntry {
  return {
    family: 'ip',
    protocol: 6,
    original: { source: '192.0.2.2', destination: '192.0.2.1', sourcePort, destinationPort: 8080 },
    reply: { source: '172.17.0.2', destination: '192.0.2.2', sourcePort: 80, destinationPort: sourcePort },
    status: [],
    ...overrides,
  };
}

function snapshotWith(conntrack: ConntrackEntry[]) {
  return snapshotSchema.parse({
    ...bareSnapshot('2026-01-01T00:00:00Z'),
    namespaces: [{ id: 'net:[1]', host: true, conntrack }],
  });
}

describe('the conntrack log', () => {
  it('keeps the entry of a connection that ended before the snapshot was taken', () => {
    const log = new ConntrackLog();
    log.add('net:[1]', entry(40_000, { state: 'SYN_SENT' }));
    log.add('net:[1]', entry(40_000, { state: 'ESTABLISHED', status: ['dst_nat'] }));
    log.add('net:[1]', entry(40_000, { status: [] }));
    const merged = log.mergeInto(snapshotWith([entry(50_000)]));
    expect(merged.namespaces[0]?.conntrack).toHaveLength(2);
    expect(merged.namespaces[0]?.conntrack[0]).toMatchObject({ state: 'ESTABLISHED', status: ['dst_nat'] });
  });

  it('prefers what the snapshot says of the same connection, and keeps two translations of one 5-tuple apart', () => {
    const log = new ConntrackLog();
    const other = entry(40_000, { reply: { ...entry(40_000).reply, source: '172.17.0.9' } });
    log.add('net:[1]', entry(40_000, { state: 'SYN_SENT' }));
    log.add('net:[1]', other);
    const merged = log.mergeInto(snapshotWith([entry(40_000, { state: 'ESTABLISHED' })]));
    expect(merged.namespaces[0]?.conntrack.map(({ state }) => state)).toEqual(['ESTABLISHED', undefined]);
  });

  it('says nothing about namespaces that the snapshot does not have', () => {
    const log = new ConntrackLog();
    log.add('net:[2]', entry(1));
    expect(log.mergeInto(snapshotWith([])).namespaces[0]?.conntrack).toEqual([]);
  });

  it('keeps connections that a snapshot had before, and lets events say what became of them', () => {
    const log = new ConntrackLog();
    log.add('net:[1]', entry(40_000, { state: 'TIME_WAIT' }));
    log.seed('net:[1]', [entry(40_000, { state: 'ESTABLISHED' }), entry(50_000, { state: 'ESTABLISHED' })]);
    const [namespace] = log.mergeInto(snapshotWith([])).namespaces;
    expect(namespace?.conntrack.map(({ state }) => state)).toEqual(['TIME_WAIT', 'ESTABLISHED']);
  });

  it('lets go of namespaces that are no more', () => {
    const log = new ConntrackLog();
    log.add('net:[1]', entry(1));
    log.keepOnly(new Set(['net:[2]']));
    expect(log.mergeInto(snapshotWith([])).namespaces[0]?.conntrack).toEqual([]);
  });
});
