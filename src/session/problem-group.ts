/** One problem as it grows: the connections that fail in the same way between the same ends. */

import type { EvidenceItem, Finding } from '../diagnose/model.ts';
import type { Conversation, Judgement } from '../diagnose/traffic/model.ts';
import type { FlowInterface, RuleReference } from '../flow/model.ts';
import type { HostState } from './host-state.ts';
import type { Problem, ProblemEnd } from './model.ts';

/** Connections of a problem that are known by their numbers: those before are counted only. */
const mostMembers = 500;

/** What a problem is about, before anybody says why. */
export interface Trouble {
  readonly from: ProblemEnd;
  readonly to: ProblemEnd;
  readonly protocol: string;
  readonly finding: Finding;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly rule: RuleReference | null;
  readonly interface: FlowInterface | null;
  /** The newest of its connections; null for what is no connection. */
  readonly example: { readonly conversation: Conversation; readonly judgement: Judgement } | null;
}

export class ProblemGroup {
  readonly id: number;
  readonly key: string;
  /** Its clients are so many that they are not told apart. */
  readonly manyClients: boolean;
  readonly members = new Set<number>();
  count = 0;
  trouble: Trouble;
  firstSeen: string;
  lastSeen: string;
  /** What the state of the host said, and the state that was asked. */
  explained: { readonly by: HostState; readonly finding: Finding | null } | null = null;
  /** It grew since the host's state was asked, and since its packets were looked at. */
  isNews = true;
  wantsProof = true;
  proof: readonly EvidenceItem[] = [];
  /** What looking at its packets closely made of the judgement. */
  closer: Finding | null = null;
  #made: Problem | null = null;

  constructor(id: number, key: string, trouble: Trouble, manyClients: boolean) {
    this.id = id;
    this.key = key;
    this.manyClients = manyClients;
    this.trouble = trouble;
    this.firstSeen = trouble.firstSeen;
    this.lastSeen = trouble.lastSeen;
  }

  /** @returns the connection that is not known by its number any more, where there are too many. */
  add(member: number, trouble: Trouble): number | null {
    if (!this.members.has(member)) this.count++;
    this.members.delete(member);
    this.members.add(member);
    this.take(trouble);
    if (this.members.size <= mostMembers) return null;
    const [oldest = 0] = this.members;
    this.members.delete(oldest);
    return oldest;
  }

  take(trouble: Trouble): void {
    // The host's state is asked again and packets are read again for what is new, not for what goes on.
    const before = this.trouble.example?.conversation;
    const after = trouble.example?.conversation;
    const same =
      before?.connection.id === after?.connection.id &&
      before?.last.packets.forward === after?.last.packets.forward;
    if (!same) this.wantsProof = true;
    this.trouble = trouble;
    if (trouble.firstSeen < this.firstSeen) this.firstSeen = trouble.firstSeen;
    if (trouble.lastSeen > this.lastSeen) this.lastSeen = trouble.lastSeen;
    this.isNews = true;
    this.#made = null;
  }

  /** The connection turned out to be all right, or another one's. */
  remove(member: number): void {
    if (!this.members.delete(member)) return;
    this.count--;
    this.#made = null;
  }

  changed(): void {
    this.#made = null;
  }

  /** The same object as before when nothing changed. */
  problem(): Problem {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make(): Problem {
    const { from, to, protocol, rule, interface: where } = this.trouble;
    const own = this.closer ?? this.trouble.finding;
    const explained = this.explained?.finding ?? null;
    // The state says why, the packets what became of it.
    const seen = [...own.evidence, ...this.proof];
    return {
      ...own,
      ...explained,
      evidence: explained === null ? seen : [...explained.evidence, ...seen],
      id: this.id,
      from,
      to,
      protocol,
      count: this.count,
      connections: [...this.members].toSorted((a, b) => a - b),
      firstSeen: this.firstSeen,
      lastSeen: this.lastSeen,
      rule,
      interface: where,
    };
  }
}
