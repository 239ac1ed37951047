/** What a diagnosis of the TUI is made of: choosing its ends, the way filling in, and ending it. */
import { describe, expect, it } from 'vitest';
import type { SeenPacket } from '../../src/diagnose/evidence.ts';
import { type DiagnosisWatch, runDiagnosis } from '../../src/session/diagnosis.ts';
import { completeCommand, parseCommand } from '../../src/tui/commands.ts';
import { createRunner } from '../../src/tui/diagnosing.ts';
import { into, startingUi, type Ui } from '../../src/tui/state/model.ts';
import { placeOf } from '../../src/tui/state/place.ts';
import { createStore } from '../../src/tui/state/store.ts';
import { fuzzySorted } from '../../src/tui/text/fuzzy.ts';
import { fromCandidates, matching, toCandidates } from '../../src/tui/views/diagnose/candidates.ts';
import { pairOfFlow } from '../../src/tui/views/diagnose/pair.ts';
import { wayRows } from '../../src/tui/views/diagnose/rows.ts';
import { topology } from './fake-host.ts';
import { fakeSession } from './fake-session.ts';

const pair = { from: 'web', to: 'db:3306' };
const { flows } = fakeSession({});

function seen(place: string, kind: SeenPacket['kind']): SeenPacket {
  const base = { seconds: 0, nanoseconds: 0, text: '', summary: '', source: '', destination: '' };
  return { ...base, interface: place, kind };
}

describe('the ends to choose from', () => {
  it('are containers, the host, namespaces and clients outside; TO also with its ports', () => {
    const from = fromCandidates(topology, flows()).map(({ text }) => text);
    expect(from).toContain('web');
    expect(from).toContain('host');
    expect(from).toContain('external:203.0.113.9');
    expect(from).not.toContain('external:172.20.0.2');
    const to = toCandidates(topology, flows()).map(({ text }) => text);
    expect(to).toContain('198.51.100.7:443');
    expect(new Set(to).size).toBe(to.length);
  });

  it('narrow to those with the letters in their order, the closest first', () => {
    const names = ['web', 'database', 'db:3306', 'web-db', 'cache'];
    const found = fuzzySorted(names, 'db', (name) => [name]);
    expect(found).toEqual(['db:3306', 'web-db', 'database']);
    expect(fuzzySorted(names, 'xyz', (name) => [name])).toEqual([]);
  });

  it('take what is typed as it is, first where it is an address or has a port', () => {
    const to = toCandidates(topology, flows());
    const first = (typed: string) => matching(to, typed).at(0)?.text;
    expect(first('192.0.2.77:99')).toBe('192.0.2.77:99');
    expect(matching(to, '198.51.100.7:44').at(0)?.text).toBe('198.51.100.7:443');
    expect(matching(to, 'nothing-like-it').map(({ text }) => text)).toEqual(['nothing-like-it']);
  });

  it('come from a flow: the container, the owner of the address, or a client outside', () => {
    const end = (address: string, port: number, container: string | null = null) => ({
      address,
      port,
      container,
    });
    const flow = { protocol: 'tcp', source: end('203.0.113.9', 51820), destination: end('192.0.2.10', 8080) };
    expect(pairOfFlow(flow, topology)).toEqual({ from: 'external:203.0.113.9', to: '192.0.2.10:8080' });
    const inside = {
      ...flow,
      source: end('172.17.0.2', 1, 'web'),
      destination: end('172.20.0.3', 3306, 'db'),
    };
    expect(pairOfFlow(inside, topology)).toEqual(pair);
    const query = { ...inside, protocol: 'udp', destination: end('2001:db8::1', 53) };
    expect(pairOfFlow(query, topology).to).toBe('[2001:db8::1]:53/udp');
  });

  it('are completed behind `diagnose`', () => {
    const ends = { from: ['web', 'worker'], to: ['db:3306', 'db:33060'] };
    expect(completeCommand('diag', ends)).toBe('diagnose ');
    expect(completeCommand('diagnose we', ends)).toBe('diagnose web ');
    expect(completeCommand('diagnose w', ends)).toBe('diagnose w');
    expect(completeCommand('d web d', ends)).toBe('diagnose web db:3306');
    expect(parseCommand('diagnose web db:3306')).toEqual({ kind: 'diagnose', ...pair });
    expect(parseCommand('d')).toEqual({ kind: 'diagnose', from: null, to: null });
  });
});

describe('the way while the attempt goes on', () => {
  it('fills in up to the furthest hop where a packet was seen', async () => {
    const read = ['fixtures/broken-db.pcapng'];
    const way = await runDiagnosis({ ...pair, passive: true, wait: 0, read });
    const waiting = (packets: readonly SeenPacket[]) =>
      wayRows({ kind: 'running', progress: { way, seen: packets } }).flatMap((row) =>
        row.kind === 'hop' && row.status !== 'waiting' ? [row.hop.hop] : [],
      );
    expect(waiting([])).toEqual(['name db']);
    const first = seen('web:eth0', 'syn');
    expect(waiting([first])).toEqual(['name db', 'web', 'web:eth0']);
    const second = seen('host:vethc697073', 'syn');
    expect(waiting([first, second])).toEqual(['name db', 'web', 'web:eth0', 'host:vethc697073']);
    const answer = seen('db:eth0', 'syn-ack');
    const known = waiting([first, second, answer]);
    expect(known).toContain('db tcp 3306');
    expect(known.slice(-2)).toEqual(['db', 'db:eth0']);
  });
});

describe('a diagnosis under way', () => {
  function begin() {
    const store = createStore<Ui>(
      startingUi(80, 24, {
        ...{ mouse: false, palette: 'default', live: true, view: 'topology', chosen: {} },
        ...{ past: [], tour: false },
      }),
    );
    const watches: DiagnosisWatch[] = [];
    const session = {
      ...fakeSession({}),
      diagnose: (_: unknown, watch: DiagnosisWatch) => {
        watches.push(watch);
        return new Promise<never>((_done, fail) => {
          watch.signal?.addEventListener('abort', () => fail(new Error('aborted')));
        });
      },
    };
    const runner = createRunner(session, store);
    const diagnosing = runner.start(pair, false);
    store.set({ ...into(store.get(), { ...placeOf('diagnose', ''), pair }), diagnosing });
    const [watch] = watches;
    if (watch?.signal === undefined) throw new Error('nothing can end it');
    return { store, runner, signal: watch.signal };
  }

  it('ends when the user goes back, and only then', () => {
    const { store, runner, signal } = begin();
    runner.keep(store.get());
    expect(signal.aborted).toBe(false);
    // Into the rule of a hop: the diagnosis is still on the way here.
    runner.keep(into(store.get(), placeOf('rules', 'host')));
    expect(signal.aborted).toBe(false);
    runner.keep({ ...store.get(), way: [store.get().way[0]] });
    expect(signal.aborted).toBe(true);
    expect(store.get().diagnosing).toBe(null);
  });

  it('ends when the TUI does, or another one begins', () => {
    const one = begin();
    one.runner.stop();
    expect(one.signal.aborted).toBe(true);
    const other = begin();
    other.runner.start({ from: 'app', to: 'db:5432' }, false);
    expect(other.signal.aborted).toBe(true);
  });
});
