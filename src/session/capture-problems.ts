/** The problems that the packets of a capture show, worst first: one for each pair and sentence, with its connections. */
import type { Connection, Flow } from '../flow/model.ts';
import { openReplay } from './replay.ts';

export const problemsSchemaName = 'netscope.problems/1';

export interface CaptureProblem {
  readonly problem: string;
  /** Without the client's port, which is another for each connection. */
  readonly source: string;
  readonly destination: string;
  readonly connections: readonly number[];
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** @throws NetscopeError (unreadable). */
export async function listProblems(
  files: readonly string[],
): Promise<{ readonly problems: readonly CaptureProblem[]; readonly warnings: readonly string[] }> {
  const session = await openReplay({ files, rules: [], filter: '', numeric: false, keepPackets: false });
  try {
    await session.ended;
    const { flows, connections } = session.flows();
    const byId = new Map(flows.map((flow) => [flow.id, flow]));
    const found = new Map<string, Found>();
    for (const connection of connections) add(found, connection, byId);
    const problems = [...found.values()].toSorted(
      (a, b) => a.rank - b.rank || b.connections.length - a.connections.length,
    );
    return { problems: problems.map(({ rank: _, ...problem }) => problem), warnings: session.warnings };
  } finally {
    await session.close();
  }
}

type Found = CaptureProblem & { readonly rank: number };

function add(found: Map<string, Found>, connection: Connection, flows: ReadonlyMap<number, Flow>): void {
  const flow = flows.get(connection.flows[0] ?? 0);
  if (connection.problem === '' || flow === undefined) return;
  const problem = connection.problem.replaceAll(`:${flow.source.port ?? ''} `, ' ');
  const source = flow.source.container ?? flow.source.address;
  const { container, address, port } = flow.destination;
  const destination = `${container ?? address}${port === null ? '' : `:${port}`}`;
  const key = `${source} ${destination} ${problem}`;
  const known = found.get(key);
  const { firstSeen, lastSeen } = flow;
  if (known === undefined) {
    const rank = rankOf(flow, connection);
    found.set(key, { problem, source, destination, connections: [connection.id], firstSeen, lastSeen, rank });
    return;
  }
  found.set(key, {
    ...known,
    connections: [...known.connections, connection.id],
    firstSeen: earlier(firstSeen, known.firstSeen),
    lastSeen: later(lastSeen, known.lastSeen),
  });
}

/** Of two times as ISO 8601 texts of one form. */
const earlier = (a: string, b: string): string => [a, b].toSorted()[0] ?? a;
const later = (a: string, b: string): string => [a, b].toSorted()[1] ?? a;

/** What never worked comes before what broke, and that before what is slow. */
function rankOf({ state, application }: Flow, { verdict }: Connection): number {
  if (verdict === 'drop' || verdict === 'reject') return 0;
  if (state === 'unanswered' || state === 'rejected') return application === 'dns' ? 2 : 1;
  if (state === 'refused') return 2;
  if (state === 'syn-sent' || state === 'syn-received' || state === 'reset') return 3;
  return 4;
}
