/** The counters of a namespace's rules as they are in one reading, for what was found with an earlier one. */
import type { RuleReference } from '../../flow/model.ts';
import type { RuleTable } from '../nftables/table.ts';
import type { VisitResult } from './visit.ts';

export type Counters = ReadonlyMap<string, RuleReference['counter']>;

/** By the place of each rule; position 0 is a chain's policy. */
export function countersOf(tables: readonly RuleTable[]): Counters {
  const counters = new Map<string, RuleReference['counter']>();
  for (const table of tables) {
    // Packets of either family meet the rules of an inet table, and say so by their own.
    const families =
      table.family === 'ip' || table.family === 'ip6' ? [table.family] : ['ip', 'ip6', table.family];
    for (const { name, counter, rules } of table.chains) {
      for (const family of families) {
        const chain = [table.backend, family, table.name, name];
        counters.set([...chain, 0].join('\n'), counter);
        for (const rule of rules) counters.set([...chain, rule.position].join('\n'), rule.counter);
      }
    }
  }
  return counters;
}

/** The same result with the counters of now. */
export function withCounters(result: VisitResult, counters: Counters): VisitResult {
  const renewed = (rule: RuleReference): RuleReference => {
    const { backend, family, table, chain, position } = rule;
    const counter = counters.get([backend, family, table, chain, position].join('\n'));
    return counter === undefined ? rule : { ...rule, counter };
  };
  return {
    ...result,
    rules: result.rules.map(renewed),
    translations: result.translations.map((one) =>
      one.rule === null ? one : { ...one, rule: renewed(one.rule) },
    ),
  };
}
