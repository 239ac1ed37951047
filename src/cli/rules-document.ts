/** `netscope rules list --json`. */
import type { Session } from '../session/model.ts';
import { sourceOf } from './flows-document.ts';

export function rulesDocument(session: Session): object {
  const report = session.rules();
  return {
    schema: 'netscope.rules/1',
    source: sourceOf(session),
    tables: report.tables.map((table) => ({
      namespace: table.namespace,
      backend: table.backend,
      family: table.family,
      table: table.name,
      chains: table.chains.map((chain) => ({
        name: chain.name,
        policy: chain.policy,
        counter: chain.counter,
        rules: chain.rules.map((rule) => ({
          ...rule,
          connections: chain.connections.get(rule.position) ?? [],
        })),
      })),
    })),
    errors: report.errors,
  };
}
