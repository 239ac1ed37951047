/** From a hop of the way to what it is: its link, its rules, its traffic. */
import type { Diagnosis, DiagnosisHop } from '../../../diagnose/model.ts';
import type { RulesReport } from '../../../session/model.ts';
import { namespaceKey } from '../../../topology/keys.ts';
import type { Action } from '../../keymap.ts';
import { type Place, placeOf, selecting } from '../../state/place.ts';
import { tableKey } from '../rules/rows.ts';
import { topologyAt } from '../topology/locate.ts';
import { type Effect, type Frame, into, nothing } from '../view.ts';
import { rulesAt } from './details.ts';
import type { HopRow, WayRow } from './rows.ts';

export function actOnHop(action: Action, row: WayRow, way: Diagnosis | null, frame: Frame): Effect {
  if (row.kind === 'heading')
    return action === 'in' || action === 'to-topology' ? toNamespace(row.namespace, frame) : nothing;
  const { hop } = row;
  switch (action) {
    case 'in':
      if (hop.kind === 'link') return toLink(hop, frame);
      if (hop.kind === 'rules') return toRules(row, way, frame);
      return toTraffic('flows', hop, frame);
    case 'to-topology':
      return hop.kind === 'link' ? toLink(hop, frame) : toNamespace(hop.namespace, frame);
    case 'to-rules':
      return toRules(row, way, frame);
    case 'to-flows':
      return toTraffic('flows', hop, frame);
    case 'to-packets':
      return toTraffic('packets', hop, frame);
    default:
      return nothing;
  }
}

function toLink({ namespace, interface: name, hop }: DiagnosisHop, { data }: Frame): Effect {
  const place =
    data.topology === null || namespace === null || name === null
      ? null
      : topologyAt({ namespace, name, index: 0 }, data.topology);
  return place === null ? { kind: 'say', text: `${hop} is not in the topology` } : into(place);
}

function toNamespace(name: string | null, { data }: Frame): Effect {
  if (name === null || data.topology?.namespaces.some((one) => one.name === name) !== true)
    return { kind: 'say', text: 'it is not in the topology' };
  return into(selecting(placeOf('topology', name), namespaceKey(name)));
}

/** The rules of its namespace, with the cursor on the one that stops the packet, else on the first that it meets. */
function toRules(row: HopRow, way: Diagnosis | null, { data }: Frame): Effect {
  const { namespace } = row.hop;
  if (namespace === null) return { kind: 'say', text: 'there are no rules here' };
  const place = placeOf('rules', namespace, { kind: 'namespaces', names: new Set([namespace]) });
  const met = way === null ? [] : rulesAt(row, way);
  const rule = met.find(({ result }) => result === 'drop' || result === 'reject') ?? met[0];
  const key = rule === undefined ? undefined : keyOf(rule, data.rules());
  return into(key === undefined ? place : selecting(place, key));
}

function keyOf(rule: Diagnosis['rules'][number], report: RulesReport): string | undefined {
  const table = report.tables.find(
    (one) =>
      one.namespace === rule.namespace &&
      one.backend === rule.backend &&
      one.name === rule.table &&
      (one.family === rule.family || one.family === 'inet') &&
      one.chains.some(({ name }) => name === rule.chain),
  );
  if (table === undefined) return undefined;
  const chain = `${tableKey(table)} ${rule.chain}`;
  return rule.position === 0 ? chain : `${chain} ${rule.position}`;
}

/** What was captured of a link; of a namespace, on all its links and their other ends. */
function toTraffic(view: 'flows' | 'packets', hop: DiagnosisHop, { data }: Frame): Effect {
  const { namespace, interface: name } = hop;
  const found = data.topology?.namespaces.find((one) => one.name === namespace);
  if (found === undefined) return { kind: 'say', text: 'nothing is captured there' };
  const names = hop.kind === 'link' && name !== null ? [name] : found.links.map((link) => link.name);
  const interfaces = new Set(names.map((one) => `${found.name}:${one}`));
  for (const { peer } of found.links.filter((link) => names.includes(link.name))) {
    const there = data.topology?.namespaces.find(({ id }) => id === peer?.namespace);
    if (there !== undefined && peer !== null) interfaces.add(`${there.name}:${peer.name}`);
  }
  const containers = new Set(hop.kind === 'link' ? [] : found.containers.map((one) => one.name));
  const label = hop.kind === 'link' ? hop.hop : found.name;
  const place: Place = placeOf(view, label, { kind: 'links', interfaces, containers });
  return into(place);
}
