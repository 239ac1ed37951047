/** Which rows belong to what the user went into. */
import type { Flow } from '../../../flow/model.ts';
import type { Scope } from '../../state/place.ts';
import type { FlowRow } from './report.ts';

export function inScope(row: FlowRow, scope: Scope): boolean {
  switch (scope.kind) {
    case 'all':
    case 'namespaces':
      return true;
    case 'connections':
      return row.connection !== null && scope.ids.has(row.connection.id);
    case 'flows':
      return row.flows.some((flow) => scope.ids.has(flow.id));
    case 'links':
      return row.flows.some((flow) => isOn(flow, scope.interfaces) || isOf(flow, scope.containers));
  }
}

export function flowInScope(flow: Flow, scope: Scope): boolean {
  switch (scope.kind) {
    case 'all':
    case 'namespaces':
      return true;
    case 'connections':
      return scope.ids.has(flow.connection);
    case 'flows':
      return scope.ids.has(flow.id);
    case 'links':
      return isOn(flow, scope.interfaces) || isOf(flow, scope.containers);
  }
}

function isOn(flow: Flow, interfaces: ReadonlySet<string>): boolean {
  return flow.interface !== null && interfaces.has(`${flow.interface.namespace}:${flow.interface.name}`);
}

function isOf(flow: Flow, containers: ReadonlySet<string>): boolean {
  const { source, destination } = flow;
  return (
    (source.container !== null && containers.has(source.container)) ||
    (destination.container !== null && containers.has(destination.container))
  );
}
