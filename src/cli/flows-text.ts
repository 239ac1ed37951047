/** `netscope flows` for people: a connection a paragraph, what happened first, how netscope knows below it. */
import { isHousekeeping } from '../flow/housekeeping.ts';
import type { Connection, FlowBrief, FlowEnd, RuleReference } from '../flow/model.ts';
import type { Session } from '../session/model.ts';
import { printable } from '../util/printable.ts';
import type { FlowFilter } from './display-filter.ts';
import { counted, grouped } from './output.ts';
import type { Paint } from './paint.ts';

export function* flowLines(session: Session, accepts: FlowFilter, paint: Paint): Generator<string> {
  const { count, connections, flow: flowOf, brief: briefOf } = session.passingFlows();
  const housekeeping: string[] = [];
  let shown = 0;
  for (const connection of connections) {
    const members: FlowBrief[] = [];
    let isWanted = accepts === null;
    for (const id of connection.flows) {
      const flow = accepts === null ? undefined : flowOf(id);
      if (flow !== undefined && accepts?.(flow) === true) isWanted = true;
      const member = flow ?? briefOf(id);
      if (member !== undefined) members.push(member);
    }
    if (!isWanted) continue;
    shown++;
    const text = connectionText(connection, members, paint);
    if (connection.problem === '' && members.every(isHousekeeping)) housekeeping.push(text);
    else yield text;
  }
  yield* housekeeping;
  const totals = session.totals();
  const dropped = totals.dropped === null ? 'drops not known' : `${grouped(totals.dropped)} dropped`;
  yield paint.dim(
    [
      counted(shown, 'connection'),
      counted(count, 'flow'),
      counted(totals.packets, 'packet'),
      counted(totals.bytes, 'byte'),
      dropped,
    ].join(', '),
  );
}

function connectionText(connection: Connection, flows: readonly FlowBrief[], paint: Paint): string {
  const [start] = connection.path;
  const first = flows.find(({ id }) => id === start?.flow) ?? flows[0];
  if (first === undefined) return '';
  const application = first.application === null ? '' : ` ${first.application}`;
  const counts = `${grouped(first.packets.forward)}/${grouped(first.packets.reverse)} packets ${grouped(first.bytes.forward)}/${grouped(first.bytes.reverse)} bytes`;
  let text = `${paint.bold(`${first.protocol}${application}`)} ${endText(first.source)} > ${endText(first.destination)}  ${stateText(first.state, paint)}  ${paint.dim(counts)}`;
  // The one interface of a capture that does not name its interfaces is no way that anybody asks for.
  if (connection.path.length > 1 || first.interface !== null) text += `\n    path  ${pathText(connection)}`;
  for (const { kind, from, to, rule } of connection.translations) {
    text += `\n    ${kind}  ${printable(from)} -> ${printable(to)}`;
    if (rule !== null) text += `\n          ${ruleText(rule, paint)}`;
  }
  for (const rule of connection.rules) {
    if (!connection.translations.some((translation) => isSame(rule, translation.rule))) {
      text += `\n    rule  ${ruleText(rule, paint)}`;
    }
  }
  if (connection.verdict === 'drop' || connection.verdict === 'reject') {
    text += `\n    verdict  ${paint.bad(connection.verdict)}`;
  }
  if (connection.problem !== '') text += `\n    ${paint.bad('!')} ${printable(connection.problem)}`;
  for (const flow of flows) for (const note of flow.notes) text += `\n    note  ${printable(note)}`;
  return text;
}

function pathText({ path }: Connection): string {
  return path
    .map(({ interface: name, deltaUs }) => `${printable(name)}${deltaUs > 0 ? ` +${deltaUs} us` : ''}`)
    .join(' > ');
}

/** A rule that translated is printed with its translation already. */
function isSame(rule: RuleReference, other: RuleReference | null): boolean {
  return (
    other !== null &&
    other.namespace === rule.namespace &&
    other.backend === rule.backend &&
    other.family === rule.family &&
    other.table === rule.table &&
    other.chain === rule.chain &&
    other.position === rule.position
  );
}

function ruleText(rule: RuleReference, paint: Paint): string {
  return `${printable(rule.namespace)} ${rule.table} ${printable(rule.chain)} ${rule.position}: ${printable(rule.text)} ${paint.dim(`[${rule.evidence}]`)}`;
}

function endText(end: FlowEnd): string {
  const address = end.address.includes(':') && end.port !== null ? `[${end.address}]` : end.address;
  const text = end.port === null ? address : `${address}:${end.port}`;
  return end.container === null ? text : `${text} (${printable(end.container)})`;
}

function stateText(state: FlowBrief['state'], paint: Paint): string {
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
