/** Translations that lead a packet astray: rules that no engine wrote, and what became of the packet behind them. */
import { formatAddress } from '../../netfilter/address.ts';
import type { Change } from '../../netfilter/evaluation/run.ts';
import { gotThrough } from '../aftermath.ts';
import { removeRule } from '../commands.ts';
import { type Evidence, lastWay } from '../evidence.ts';
import type { Finding } from '../model.ts';
import { placeOf } from '../rules-walk.ts';
import { endText } from '../scene.ts';
import { ruleEvidence, ruleName } from '../text.ts';
import type { RulePlace } from '../trouble.ts';
import type { Visit } from '../way.ts';
import { blocker, fromName, once } from './cause.ts';
import { isEngineDnat } from './stale-dnat.ts';

interface Translated {
  readonly visit: Visit;
  readonly change: Change;
  readonly rule: RulePlace;
}

/** Of the forward ways, by rules that a person wrote. */
function translations({ forward, scene }: Evidence): readonly Translated[] {
  return forward.flatMap(({ visits }) =>
    visits.flatMap((visit) =>
      visit.walk.changes.flatMap((change): Translated[] => {
        if (change.rule === null) return [];
        const { namespace } = visit;
        const rule = placeOf(change.rule, scene.nameOf(namespace), namespace.id, scene.tables(namespace));
        return isEngineDnat(rule) ? [] : [{ visit, change, rule }];
      }),
    ),
  );
}

/** The rules that lead a packet to where nothing takes it, in namespaces that `isWanted` says. */
export function strayTranslations(
  evidence: Evidence,
  cause: string,
  isWanted: (rule: RulePlace) => boolean,
): readonly Finding[] {
  const why = whereItEnds(evidence);
  if (why === null || gotThrough(evidence.probe)) return [];
  return once(
    translations(evidence).flatMap(({ change, rule }): Finding[] => {
      if (change.kind !== 'dnat' && change.kind !== 'redirect') return [];
      if (!isWanted(rule)) return [];
      const from = endText(formatAddress(change.from.address), change.from.port);
      const to = endText(formatAddress(change.to.address), change.to.port);
      return [
        blocker({
          cause,
          summary: `In ${rule.namespace}, ${ruleName(rule)} sends what ${fromName(evidence)} sends to ${from} to ${to} instead, ${why}.`,
          evidence: [ruleEvidence(rule)],
          fix: removeRule(evidence.scene, rule),
        }),
      ];
    }),
  );
}

/** Null where the packet comes to a service. */
function whereItEnds(evidence: Evidence): string | null {
  const { service, troubles, probe } = evidence;
  if (troubles.some(({ kind }) => kind === 'no-owner')) return 'which nobody has';
  if (service !== null) return service.state === 'listening' ? null : 'where nothing listens';
  const end = lastWay(evidence)?.end;
  return end?.kind === 'beyond' && probe !== null ? 'from where nothing answers' : null;
}

/** Rules that give packets a source to which no answer finds back. */
export function foreignSources(evidence: Evidence): readonly Finding[] {
  const { probe, scene } = evidence;
  if (probe === null || gotThrough(probe) || lastWay(evidence)?.end.kind !== 'beyond') return [];
  return once(
    translations(evidence).flatMap(({ visit, change, rule }): Finding[] => {
      const source = formatAddress(change.to.address);
      if (change.kind !== 'snat' || scene.owners(source).length > 0) return [];
      return [
        blocker({
          cause: 'user-rule-drop',
          summary: `In ${rule.namespace}, ${ruleName(rule)} gives packets of ${fromName(evidence)} the source ${source}, which is no address of ${scene.nameOf(visit.namespace)}: answers do not find back.`,
          evidence: [ruleEvidence(rule)],
          fix: removeRule(scene, rule),
        }),
      ];
    }),
  );
}
