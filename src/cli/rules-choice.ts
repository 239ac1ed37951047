/** Which rules `netscope rules list` lists. */
import type { Rule } from '../netfilter/model.ts';
import type { RuleChain, RulesReport } from '../session/model.ts';

export interface RuleChoice {
  readonly unused?: boolean;
  readonly shadowed?: boolean;
}

/** The rules that are asked for, without the chains and tables that have none of them; all where nothing is asked. */
export function chosenRules(report: RulesReport, choice: RuleChoice): RulesReport {
  if (choice.unused !== true && choice.shadowed !== true) return report;
  const tables = report.tables.flatMap((table) => {
    const chains = table.chains.flatMap((chain) => {
      const rules = chain.rules.filter((rule) => isChosen(rule, chain, choice));
      return rules.length === 0 ? [] : [{ ...chain, rules }];
    });
    return chains.length === 0 ? [] : [{ ...table, chains }];
  });
  return { ...report, tables };
}

/** A rule without a counter tells nothing of whether it matched. */
function isChosen(rule: Rule, chain: RuleChain, { unused, shadowed }: RuleChoice): boolean {
  if (unused === true && rule.counter?.packets !== 0) return false;
  return shadowed !== true || chain.shadowedBy.has(rule.position);
}
