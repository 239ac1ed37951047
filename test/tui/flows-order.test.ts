import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/flow/model.ts';
import type { FlowReport } from '../../src/session/model.ts';
import { everything, type Sorting } from '../../src/tui/state/place.ts';
import { createFlowLists } from '../../src/tui/views/flows/rows.ts';
import { newestLast } from '../../src/tui/views/flows/sorting.ts';
import { fakeSession } from './fake-session.ts';

/** The scripted connections with a router solicitation before them, as on a host that just started a container. */
function report(): FlowReport {
  const { flows, connections } = fakeSession().flows();
  const [flow] = flows;
  const [connection] = connections;
  if (flow === undefined || connection === undefined) throw new Error('the script has flows');
  const solicitation: Flow = {
    ...flow,
    ...{ id: 1, connection: 1, protocol: 'icmp6', state: 'active', application: null, tcp: null },
    source: { address: 'fe80::42:acff:fe11:2', port: null, container: 'web' },
    destination: { address: 'ff02::2', port: null, container: null },
    firstSeen: '2026-11-20T10:00:00.000000000Z',
  };
  const later = connections.map((one) => ({
    ...one,
    id: one.id + 1,
    flows: one.flows.map((id) => id + 1),
    path: one.path.map((step) => ({ ...step, flow: step.flow + 1 })),
  }));
  return {
    flows: [
      solicitation,
      ...flows.map((one) => ({ ...one, id: one.id + 1, connection: one.connection + 1 })),
    ],
    connections: [{ ...connection, id: 1, flows: [1], path: [], problem: '' }, ...later],
    version: 1,
  };
}

function order(sorting: Sorting | null): readonly string[] {
  const input = { report: report(), scope: everything, test: null, sorting, toggled: new Set<string>() };
  const list = createFlowLists()(input);
  return Array.from({ length: list.count }, (_, index) => list.keyAt(index).replace('connection ', ''));
}

describe('the list of flows', () => {
  it('begins with problems and ends with housekeeping, each by first packet', () => {
    expect(order(null)).toEqual(['4', '6', '2', '3', '5', '1']);
  });

  it('is by first packet alone while it follows the newest', () => {
    expect(order(newestLast)).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('keeps housekeeping in its place when it is sorted', () => {
    expect(order({ column: 'packets', descending: true })[0]).toBe('3');
  });
});
