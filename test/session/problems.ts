/** The problems that a harness of hand-made frames shows, without a host. */
import { ConnectionJoiner } from '../../src/flow/connections.ts';
import type { FlowNames } from '../../src/flow/report.ts';
import type { Problem } from '../../src/session/model.ts';
import { ProblemLog } from '../../src/session/problem-log.ts';
import { type Harness, noNames } from '../flow/harness.ts';

const noPackets = {
  ...{ first: 1, last: 0, at: () => undefined, bytes: () => undefined },
  ...{ dissect: () => undefined, ofFlows: () => [] },
};

export interface Watch {
  look(): readonly Problem[];
}

/** Looks at a harness again and again, as a session does. */
export function watchHarness(harness: Harness, names: FlowNames = noNames): Watch {
  const joiner = new ConnectionJoiner(harness.table);
  const log = new ProblemLog();
  return {
    look() {
      const connections = joiner.join({ names, conntrack: [] }).map((joined) => ({
        ...{ ...joined, translations: [], rules: [], verdict: 'unknown' as const },
      }));
      const flows = harness.table.report(names);
      return log.look({
        changed: joiner.takeChanged(),
        connection: (id) => connections.find((one) => one.id === id),
        flow: (id) => flows.find((one) => one.id === id),
        ...{ flows, requests: [], names, packets: noPackets, index: null, host: null },
      }).problems;
    },
  };
}
