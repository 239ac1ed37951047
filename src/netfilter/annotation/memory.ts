/**
 * What connections met in each namespace, from one state of the host to the next. Live, the state is another one twice a
 * second, because connections came and went; walking the rules for every connection again would take seconds of 100,000.
 */
import type { ConntrackEntry, NamespaceState } from '../../snapshot/schema.ts';
import type { VisitResult } from './visit.ts';
import type { Travel, Visit } from './visits.ts';

/** Visits that are kept; more than a session keeps connections of. */
const mostVisits = 300_000;

/** Stands for all that a walk through a namespace depends on, but for the connections that it tracks. */
export type Grounds = object;

export interface Known {
  readonly grounds: Grounds;
  /**
   * The connection's own. That another one has taken a port meanwhile changes nothing of what its first packet met when it came.
   */
  readonly entry: ConntrackEntry | null;
  /** The reading of the rules that the counters in the result are of. */
  readonly rulesets: NamespaceState['rulesets'];
  readonly result: VisitResult;
}

export class AnnotationMemory {
  readonly #grounds = new Map<
    string,
    { state: NamespaceState; text: string | null; readonly grounds: Grounds }
  >();
  readonly #visits = new Map<string, Known>();

  /** The same object for as long as rules, sets, routes, links and sysctls of the namespace stay what they are. */
  groundsOf(name: string, state: NamespaceState): Grounds {
    const known = this.#grounds.get(name);
    if (known !== undefined) {
      if (isSame(known.state, state)) return known.grounds;
      const text = textOf(state);
      known.text ??= textOf(known.state);
      if (text === known.text) {
        known.state = state;
        return known.grounds;
      }
    }
    const grounds = {};
    this.#grounds.set(name, { state, text: null, grounds });
    return grounds;
  }

  /** What was found before on these grounds; undefined where nothing was, or on others. */
  find(key: string, grounds: Grounds, entry: ConntrackEntry | null): Known | undefined {
    const known = this.#visits.get(key);
    return known?.grounds === grounds && known.entry === entry ? known : undefined;
  }

  keep(key: string, known: Known): void {
    if (this.#visits.size >= mostVisits) this.#visits.clear();
    this.#visits.set(key, known);
  }
}

/** All that a visit is known by. */
export function visitKey({ family, protocol }: Travel, { namespace, seen }: Visit, wentOn: boolean): string {
  let key = `${namespace}\n${family} ${protocol} ${wentOn}`;
  for (const { interface: device, tuple } of seen) {
    key += `\n${device} ${tuple.source} ${tuple.sourcePort} ${tuple.destination} ${tuple.destinationPort}`;
  }
  return key;
}

function isSame(a: NamespaceState, b: NamespaceState): boolean {
  return (
    a.rulesets === b.rulesets &&
    a.ipsets === b.ipsets &&
    a.routes === b.routes &&
    a.policyRules === b.policyRules &&
    a.links === b.links &&
    a.sysctls === b.sysctls
  );
}

/** Counters of rules and chains, of iptables-save and of nft -j, and what is left of an element's time. */
const movingInRules = /\[\d+:\d+\]|"(?:packets|bytes|used|expires)": ?\d+/g;
/** The same of elements, of ipset save. */
const movingInSets = /\b(?:packets|bytes|timeout) \d+/g;

function textOf({ rulesets, ipsets, routes, policyRules, links, sysctls }: NamespaceState): string {
  const dumps = rulesets.map(({ text = '', ...dump }) => [dump, text.replaceAll(movingInRules, '')]);
  const still = links.map(({ statistics: _, ...link }) => link);
  const { 'net.netfilter.nf_conntrack_count': __, ...settings } = sysctls;
  return JSON.stringify([dumps, ipsets?.replaceAll(movingInSets, ''), routes, policyRules, still, settings]);
}
