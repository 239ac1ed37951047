/** `netscope rules list --json`. */
import type { RulesReport, Session } from '../session/model.ts';
import { sourceOf } from './flows-document.ts';

export function rulesDocument(session: Session, report: RulesReport): object {
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
          rate: chain.rates.get(rule.position) ?? null,
          shadowedBy: chain.shadowedBy.get(rule.position) ?? null,
        })),
      })),
    })),
    errors: report.errors,
  };
}
