/** Which rules connections met on this host. */
import type { JoinedConnection } from '../flow/connections/path.ts';
import type { Connection, Flow } from '../flow/model.ts';
import type { HostState } from './host-state.ts';
import type { RulesReport } from './model.ts';

export interface Annotation extends Pick<Connection, 'translations' | 'rules' | 'verdict' | 'problem'> {}

export class Annotations {
  constructor(_host: HostState) {}
  of(_connection: JoinedConnection, _flows: ReadonlyMap<number, Flow>): Annotation {
    return { translations: [], rules: [], verdict: 'unknown', problem: '' };
  }
  rulesMetBy(_connections: readonly Connection[]): Omit<RulesReport, 'version'> {
    return { tables: [], errors: [] };
  }
}
