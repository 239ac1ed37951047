/** `netscope flows` for people: a connection a paragraph, what happened first, how netscope knows below it. */
import { isHousekeeping } from '../flow/housekeeping.ts';
import type { Connection, Flow, FlowEnd, RuleReference } from '../flow/model.ts';
import type { Session } from '../session/model.ts';
import { printable } from '../util/printable.ts';
import { grouped } from './output.ts';
import type { Paint } from './paint.ts';

export function* flowLines(
  session: Session,
  accepts: (flow: Flow) => boolean,
  paint: Paint,
): Generator<string> {
  const { count, connections, flow: flowOf } = session.passingFlows();
  const housekeeping: Generator<string>[] = [];
  let shown = 0;
  for (const connection of connections) {
    const members: Flow[] = [];
    for (const id of connection.flows) {
      const flow = flowOf(id);
      if (flow !== undefined) members.push(flow);
    }
    if (!members.some(accepts)) continue;
    shown++;
    const lines = connectionLines(connection, members, paint);
    if (connection.problem === '' && members.every(isHousekeeping)) housekeeping.push(lines);
    else yield* lines;
  }
  for (const lines of housekeeping) yield* lines;
  const totals = session.totals();
  const dropped = totals.dropped === null ? 'drops not known' : `${grouped(totals.dropped)} dropped`;
  yield paint.dim(
    `${grouped(shown)} connections, ${grouped(count)} flows, ${grouped(totals.packets)} packets, ${grouped(totals.bytes)} bytes, ${dropped}`,
  );
}

function* connectionLines(connection: Connection, flows: readonly Flow[], paint: Paint): Generator<string> {
  const first = flows.find(({ id }) => id === connection.path[0]?.flow) ?? flows[0];
  if (first === undefined) return;
  const state = stateText(first.state, paint);
  const application = first.application === null ? '' : ` ${first.application}`;
  const counts = `${grouped(first.packets.forward)}/${grouped(first.packets.reverse)} packets ${grouped(first.bytes.forward)}/${grouped(first.bytes.reverse)} bytes`;
  yield `${paint.bold(`${first.protocol}${application}`)} ${endText(first.source)} > ${endText(first.destination)}  ${state}  ${paint.dim(counts)}`;
  const path = connection.path.map(
    (step) => `${printable(step.interface)}${step.deltaUs > 0 ? ` +${step.deltaUs} us` : ''}`,
  );
  if (path.length > 0) yield `    path  ${path.join(' > ')}`;
  for (const translation of connection.translations) {
    yield `    ${translation.kind}  ${printable(translation.from)} -> ${printable(translation.to)}`;
    if (translation.rule !== null) yield `          ${ruleText(translation.rule, paint)}`;
  }
  const translating = new Set(connection.translations.map((translation) => translation.rule));
  for (const rule of connection.rules) {
    if (!isListed(rule, translating)) yield `    rule  ${ruleText(rule, paint)}`;
  }
  if (connection.verdict === 'drop' || connection.verdict === 'reject')
    yield `    verdict  ${paint.bad(connection.verdict)}`;
  if (connection.problem !== '') yield `    ${paint.bad('!')} ${printable(connection.problem)}`;
  for (const flow of flows) for (const note of flow.notes) yield `    note  ${printable(note)}`;
}

/** A rule that translated is printed with its translation already. */
function isListed(rule: RuleReference, listed: ReadonlySet<RuleReference | null>): boolean {
  for (const other of listed) {
    if (
      other !== null &&
      other.namespace === rule.namespace &&
      other.backend === rule.backend &&
      other.family === rule.family &&
      other.table === rule.table &&
      other.chain === rule.chain &&
      other.position === rule.position
    ) {
      return true;
    }
  }
  return false;
}

function ruleText(rule: RuleReference, paint: Paint): string {
  return `${printable(rule.namespace)} ${rule.table} ${printable(rule.chain)} ${rule.position}: ${printable(rule.text)} ${paint.dim(`[${rule.evidence}]`)}`;
}

function endText(end: FlowEnd): string {
  const address = end.address.includes(':') && end.port !== null ? `[${end.address}]` : end.address;
  const text = end.port === null ? address : `${address}:${end.port}`;
  return end.container === null ? text : `${text} (${printable(end.container)})`;
}

function stateText(state: Flow['state'], paint: Paint): string {
  switch (state) {
    case 'refused':
    case 'reset':
    case 'unanswered':
    case 'rejected':
      return paint.bad(state);
    case 'syn-sent':
    case 'syn-received':
      return paint.warn(state);
    case 'established':
    case 'closing':
    case 'closed':
    case 'active':
      return paint.good(state);
  }
}
