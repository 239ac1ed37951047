/**
 * The problems of a session, kept up to date: only connections that changed are judged, those that fail in the same way
 * between the same ends are one problem, and what the state of the host says of each is asked a few at a time.
 */

import { explainByState } from '../diagnose/passive.ts';
import { Scene } from '../diagnose/scene.ts';
import { conversationOf, judge } from '../diagnose/traffic/judge.ts';
import { type Conversation, clientName, type Judgement } from '../diagnose/traffic/model.ts';
import { neighbourFinding } from '../diagnose/traffic/neighbours.ts';
import { floodFinding, queueFinding } from '../diagnose/traffic/overload.ts';
import { secondsOf } from '../flow/clock.ts';
import { isHousekeeping } from '../flow/housekeeping.ts';
import type { Connection, Flow, FlowEnd, RuleReference } from '../flow/model.ts';
import type { UnansweredRequest } from '../flow/neighbour-requests.ts';
import type { FlowNames } from '../flow/report.ts';
import type { HostState } from './host-state.ts';
import type { PacketList, Problem, ProblemEnd, ProblemReport } from './model.ts';
import type { PacketIndex } from './packet-index.ts';
import { ProblemGroup, type Trouble } from './problem-group.ts';
import { closerLook, mostLookedAt, proofOf } from './problem-proof.ts';

/** Problems that are held: beyond, the least of them is forgotten. */
const mostGroups = 400;
/** Clients of one server, or ports of one host, that are told apart. */
const mostAlike = 16;
/** Milliseconds for asking the host's state in one look. */
const askingTime = 40;

const severities = ['blocker', 'warning', 'info'];

export interface Look {
  /** Numbers of connections that changed, and the connections and flows of now, by their numbers. */
  readonly changed: Iterable<number>;
  readonly connection: (id: number) => Connection | undefined;
  readonly flow: (id: number) => Flow | undefined;
  readonly flows: readonly Flow[];
  readonly requests: readonly UnansweredRequest[];
  readonly names: FlowNames;
  readonly packets: PacketList;
  /** `PacketIndex.sample`; null where no index is kept. */
  readonly index: Pick<PacketIndex, 'sample'> | null;
  readonly host: HostState | null;
}

export class ProblemLog {
  readonly #groups = new Map<string, ProblemGroup>();
  readonly #groupsOf = new Map<number, readonly ProblemGroup[]>();
  /** How many groups there are that differ in their client, or in their server's port, only. */
  readonly #alike = new Map<string, Set<string>>();
  #scene: { readonly of: HostState; readonly scene: Scene } | null = null;
  #nextId = 1;
  #report: ProblemReport = { problems: [], version: 0, settled: true };

  get report(): ProblemReport {
    return this.#report;
  }

  look(look: Look): ProblemReport {
    for (const id of look.changed) this.#judge(id, look);
    for (const request of look.requests) this.#takeRequest(request, look);
    const settled = this.#askHost(look.host);
    this.#prove(look);
    const problems = [...this.#groups.values()].map((group) => group.problem()).toSorted(byWeight);
    const before = this.#report;
    const same =
      problems.length === before.problems.length && problems.every((one, at) => one === before.problems[at]);
    if (!same || settled !== before.settled) {
      this.#report = { problems: same ? before.problems : problems, version: before.version + 1, settled };
    }
    return this.#report;
  }

  #judge(id: number, look: Look): void {
    const before = this.#groupsOf.get(id) ?? [];
    const connection = look.connection(id);
    const conversation = connection === undefined ? null : conversationOf(connection, look.flow);
    const found = conversation === null || isHousekeeping(conversation.first) ? [] : judge(conversation);
    if (before.length === 0 && found.length === 0) return;
    const after: ProblemGroup[] = [];
    for (const judgement of conversation === null ? [] : found) {
      if (conversation === null) break;
      const trouble = troubleOf(conversation, judgement);
      const group = this.#groupFor(judgement.cause, judgement.what, trouble);
      if (group === null || after.includes(group)) continue;
      after.push(group);
      const forgotten = group.add(id, trouble);
      if (forgotten !== null) this.#groupsOf.delete(forgotten);
    }
    for (const group of before) if (!after.includes(group)) this.#leave(group, id);
    if (after.length === 0) this.#groupsOf.delete(id);
    else this.#groupsOf.set(id, after);
  }

  #leave(group: ProblemGroup, member: number): void {
    group.remove(member);
    if (group.count === 0) this.#drop(group);
  }

  #drop(group: ProblemGroup): void {
    this.#groups.delete(group.key);
    for (const member of group.members) {
      const others = (this.#groupsOf.get(member) ?? []).filter((other) => other !== group);
      if (others.length === 0) this.#groupsOf.delete(member);
      else this.#groupsOf.set(member, others);
    }
  }

  #takeRequest(request: UnansweredRequest, { names }: Look): void {
    const { asker, address, interfaceId, firstSeen, lastSeen, requests } = request;
    const where = names.interfaceOf(interfaceId);
    const end = (one: string): ProblemEnd => ({
      address: one,
      container: names.containerOf(one, interfaceId, secondsOf(firstSeen)),
      port: null,
    });
    const from = end(asker);
    const to = end(address);
    const place =
      where === null ? 'capture' : where.namespace === '' ? where.name : `${where.namespace}:${where.name}`;
    const finding = neighbourFinding(request, place, (one) => clientName(end(one)));
    const trouble: Trouble = {
      ...{ from, to, protocol: address.includes(':') ? 'icmpv6' : 'arp', finding, firstSeen, lastSeen },
      ...{ rule: null, interface: where, example: null },
    };
    const group = this.#groupFor(finding.cause, '', trouble);
    if (group === null || (group.lastSeen === lastSeen && group.count === requests)) return;
    group.take(trouble);
    group.count = requests;
    group.proof = request.packets.map((number) => ({
      kind: 'packet',
      where: place,
      text: `frame ${number}: who has ${address}? tell ${asker}`,
    }));
    group.wantsProof = false;
  }

  /** The problem that this is one more case of, else a new one; null where there are too many. */
  #groupFor(cause: string, what: string, trouble: Trouble): ProblemGroup | null {
    const { from, to, protocol } = trouble;
    const client = from.container ?? from.address;
    const server = `${protocol} ${to.container ?? ''} ${to.address}`;
    const port = String(to.port ?? '');
    const clients = this.#tellApart(`clients ${cause} ${what} ${server} ${port}`, client);
    const ports = this.#tellApart(`ports ${cause} ${client} ${server}`, port);
    const key = [cause, what, clients ? client : '', server, ports ? port : ''].join('\n');
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    if (this.#groups.size >= mostGroups && !this.#makeRoom(trouble)) return null;
    const several = { ...trouble, to: ports ? to : { ...to, port: null } };
    const group = new ProblemGroup(this.#nextId++, key, several, !clients);
    this.#groups.set(key, group);
    return group;
  }

  #tellApart(family: string, one: string): boolean {
    let known = this.#alike.get(family);
    if (known === undefined) {
      if (this.#alike.size > 8 * mostGroups) this.#alike.clear();
      known = new Set();
      this.#alike.set(family, known);
    }
    if (known.has(one)) return true;
    if (known.size >= mostAlike) return false;
    known.add(one);
    return true;
  }

  /** Forgets the least and oldest problem, unless the new one is no worse. */
  #makeRoom({ finding }: Trouble): boolean {
    let least: ProblemGroup | null = null;
    for (const group of this.#groups.values()) {
      const weight = severities.indexOf(group.trouble.finding.severity);
      const leastWeight = least === null ? -1 : severities.indexOf(least.trouble.finding.severity);
      if (weight > leastWeight || (weight === leastWeight && group.lastSeen < (least?.lastSeen ?? '')))
        least = group;
    }
    if (least === null) return false;
    if (severities.indexOf(least.trouble.finding.severity) < severities.indexOf(finding.severity))
      return false;
    this.#drop(least);
    return true;
  }

  /** @returns whether all were asked about that wanted to be. */
  #askHost(host: HostState | null): boolean {
    if (host === null) return true;
    const until = performance.now() + askingTime;
    for (const group of this.#groups.values()) {
      const { example } = group.trouble;
      if (example === null || !example.judgement.asksHost) continue;
      const { explained, isNews } = group;
      // What was explained and did not happen again stands: the host may have been mended since.
      const isOpen = explained === null || (explained.by !== host && (isNews || explained.finding === null));
      if (!isOpen) continue;
      if (performance.now() > until) return false;
      group.explained = { by: host, finding: this.#explain(host, example.conversation, example.judgement) };
      group.isNews = false;
      group.changed();
    }
    return true;
  }

  #explain(host: HostState, { first }: Conversation, { cause }: Judgement) {
    if (first.protocol !== 'tcp' && first.protocol !== 'udp') return null;
    if (this.#scene?.of !== host) this.#scene = { of: host, scene: new Scene(host.snapshot, host.lookup) };
    const { source, destination, protocol } = first;
    return explainByState(this.#scene.scene, {
      ...{ source, destination, protocol },
      namespace: first.interface?.namespace ?? null,
      isSilent: cause === 'no-answer',
      isOpen: cause === 'packet-loss' || cause === 'mtu-black-hole',
    });
  }

  #prove({ packets, index, flows: all }: Look): void {
    const wanting = [...this.#groups.values()].filter(({ wantsProof }) => wantsProof);
    if (wanting.length === 0) return;
    const flows = wanting.flatMap(({ trouble }) => trouble.example?.judgement.flow ?? []);
    const since = Math.min(...flows.map(({ firstSeen }) => Date.parse(firstSeen) / 1000));
    const numbers = index?.sample(new Set(flows.map(({ id }) => id)), since, mostLookedAt);
    const answered = answeredAt(wanting, all);
    for (const group of wanting) {
      group.wantsProof = false;
      const judgement = group.trouble.example?.judgement;
      if (judgement === undefined) continue;
      const own = numbers?.get(judgement.flow.id) ?? [];
      group.closer =
        floodFinding(judgement, group.count, group.manyClients) ??
        queueFinding(judgement, answered.get(socketOf(judgement.flow)) ?? 0) ??
        closerLook(judgement, own, packets);
      group.proof = proofOf(judgement, own, packets);
      group.changed();
    }
  }
}

/** A client and the socket that it wants: another client may be kept out by a rule. */
function socketOf({ source, destination: { address, port } }: Flow): string {
  return `${source.address} ${address} ${port}`;
}

/** How many TCP connections to the sockets that gave no answer were answered while they gave none. */
function answeredAt(groups: readonly ProblemGroup[], flows: readonly Flow[]): ReadonlyMap<string, number> {
  const silent = new Map<string, ProblemGroup>();
  for (const group of groups) {
    const judgement = group.trouble.example?.judgement;
    if (judgement?.cause === 'no-answer') silent.set(socketOf(judgement.flow), group);
  }
  const found = new Map<string, number>();
  if (silent.size === 0) return found;
  for (const flow of flows) {
    if (flow.protocol !== 'tcp' || flow.packets.reverse === 0) continue;
    const socket = socketOf(flow);
    const group = silent.get(socket);
    if (group === undefined || flow.state === 'refused') continue;
    if (flow.lastSeen >= group.firstSeen && flow.firstSeen <= group.lastSeen)
      found.set(socket, (found.get(socket) ?? 0) + 1);
  }
  return found;
}

function troubleOf(conversation: Conversation, judgement: Judgement): Trouble {
  const { connection, first, last, flows } = conversation;
  const { cause, severity, confidence, summary, evidence, fix } = judgement;
  const seen = flows.map(({ lastSeen }) => lastSeen).toSorted();
  return {
    from: { ...endOf(first.source), port: null },
    to: endOf(first.destination),
    protocol: first.protocol,
    finding: { cause, severity, confidence, summary, evidence, fix },
    firstSeen: first.firstSeen,
    lastSeen: seen.at(-1) ?? first.lastSeen,
    rule: blockingRule(connection),
    interface: last.interface,
    example: { conversation, judgement },
  };
}

function endOf({ address, port, container }: FlowEnd): ProblemEnd {
  return { address, port, container };
}

function blockingRule({ verdict, rules }: Connection): RuleReference | null {
  return verdict === 'drop' || verdict === 'reject' ? (rules.at(-1) ?? null) : null;
}

/** Worst first; of equal ones what is certain, then what happens most, then what came first. */
function byWeight(a: Problem, b: Problem): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    Number(a.confidence === 'possible') - Number(b.confidence === 'possible') ||
    b.count - a.count ||
    a.id - b.id
  );
}
