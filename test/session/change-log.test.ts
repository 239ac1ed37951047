import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../../src/session/change-log.ts';
import { hostStateOf } from '../../src/session/host-state.ts';
import { buildSnapshot, container, type LinkInput, link, loopback, ns } from '../topology/build-snapshot.ts';

interface Look {
  /** Seconds since the first. */
  readonly at: number;
  /** Number of web's namespace; null: it is stopped. */
  readonly web?: number | null;
  /** The end of web's veth that is still on the host. */
  readonly unmoved?: boolean;
  readonly host?: readonly LinkInput[];
}

function look({ at, web = null, unmoved = false, host = [] }: Look) {
  const inside = web !== null && !unmoved;
  const snapshot = buildSnapshot({
    namespaces: {
      0: {
        links: [
          loopback,
          link(4, 'docker0', 'bridge', { operstate: inside ? 'UP' : 'DOWN' }),
          ...(unmoved
            ? [link(9, `veth${web}`, 'veth', { link: 8 }), link(8, 'vethb', 'veth', { link: 9 })]
            : []),
          ...(inside ? [link(9, `veth${web}`, 'veth', { link: 8, linkNsid: web, master: 4 })] : []),
          ...host,
        ],
        nsids: web === null ? [] : [{ nsid: web, namespace: ns(web) }],
      },
      ...(web === null
        ? {}
        : {
            [web]: {
              links: [loopback, ...(inside ? [link(8, 'eth0', 'veth', { link: 9, linkNsid: 0 })] : [])],
              nsids: [{ nsid: 0, namespace: ns(0) }],
            },
          }),
    },
    containers: [container('web', web, 'bridge')],
  });
  const takenAt = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
  return hostStateOf({ ...snapshot, takenAt });
}

function logOf(...looks: readonly Look[]): readonly string[] {
  const log = new ChangeLog();
  const states = looks.map(look);
  states.forEach((state, index) => {
    log.add(states[index - 1] ?? null, state);
  });
  const start = Date.UTC(2026, 0, 1) / 1000;
  return log.events.map(({ time, text }) => `${(time - start).toFixed(1)} ${text}`);
}

const spare = link(20, 'eth1', 'physical');
const down = link(20, 'eth1', 'physical', { flags: [], operstate: 'DOWN' });

describe('the log of what changed on a host', () => {
  it('is one line for a container that starts, however many looks that takes', () => {
    expect(
      logOf({ at: 0 }, { at: 10, web: 1, unmoved: true }, { at: 10.5, web: 1 }, { at: 40, web: 1 }),
    ).toEqual(['10.5 container web started (was exited)']);
  });

  it('says of one that came and went at once that it did, and not of its cable', () => {
    expect(logOf({ at: 0 }, { at: 10, web: 1, unmoved: true }, { at: 11 })).toEqual([
      '10.0 container web started (was exited)',
      '11.0 container web stopped (was running)',
    ]);
  });

  it('is one line for one that restarts', () => {
    expect(
      logOf({ at: 0, web: 1 }, { at: 10 }, { at: 10.4, web: 2, unmoved: true }, { at: 11, web: 2 }),
    ).toEqual(['11.0 container web restarted']);
  });

  it('keeps what went to and fro, for it was to and fro', () => {
    expect(logOf({ at: 0, host: [spare] }, { at: 10, host: [down] }, { at: 11, host: [spare] })).toEqual([
      '10.0 host:eth1 is down (was up)',
      '11.0 host:eth1 is up (was down)',
    ]);
    expect(logOf({ at: 0 }, { at: 10, host: [spare] }, { at: 11 })).toEqual([
      '10.0 physical host:eth1 came',
      '11.0 physical host:eth1 went',
    ]);
  });

  it('tells apart what is seconds apart', () => {
    expect(logOf({ at: 0, web: 1 }, { at: 10 }, { at: 20, web: 2 })).toEqual([
      '10.0 container web stopped (was running)',
      '20.0 container web started (was exited)',
    ]);
  });

  it('does not let what changes all the time hide what it was', () => {
    const looks = Array.from(
      { length: 30 },
      (_, index): Look => ({ at: index, host: index % 2 ? [down] : [spare] }),
    );
    expect(logOf(...looks)).toHaveLength(29);
  });
});
