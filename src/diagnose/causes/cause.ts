/** A cause of the catalogue: from the evidence to findings, or none. */
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem, Finding } from '../model.ts';
import type { Trouble } from '../trouble.ts';

export interface Cause {
  readonly id: string;
  find(evidence: Evidence): readonly Finding[];
}

export type TroubleOf<Kind extends Trouble['kind']> = Extract<Trouble, { kind: Kind }>;

export function troublesOf<Kind extends Trouble['kind']>(
  { troubles }: Pick<Evidence, 'troubles'>,
  kind: Kind,
): readonly TroubleOf<Kind>[] {
  const isIt = (trouble: Trouble): trouble is TroubleOf<Kind> => trouble.kind === kind;
  return troubles.filter(isIt);
}

export interface Blocker {
  readonly cause: string;
  readonly summary: string;
  readonly evidence: readonly EvidenceItem[];
  readonly fix: readonly string[];
  readonly certain?: boolean;
  readonly link?: string;
}

/** One that is only possible does not make the pair unreachable by itself. */
export function blocker({ cause, summary, evidence, fix, certain = true, link }: Blocker): Finding {
  return {
    cause,
    severity: certain ? 'blocker' : 'warning',
    confidence: certain ? 'certain' : 'possible',
    summary,
    evidence,
    fix,
    ...(link === undefined ? {} : { link }),
  };
}

/** One finding per thing that is wrong, however many ways led there. */
export function once(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    (finding, at) => findings.findIndex(({ summary }) => summary === finding.summary) === at,
  );
}

export function fromName({ fromEnd }: Evidence): string {
  return fromEnd.container ?? fromEnd.namespace ?? fromEnd.address ?? fromEnd.given;
}

export function toName({ toEnd, target }: Evidence): string {
  return toEnd.container ?? toEnd.namespace ?? target.name;
}

const docs = 'https://docs.docker.com/engine/network';

/** Pages of Docker's documentation. */
export const pages = {
  firewall: `${docs}/packet-filtering-firewalls/`,
  publishing: `${docs}/port-publishing/`,
  networking: `${docs}/`,
  bridge: `${docs}/drivers/bridge/`,
  ipv6: 'https://docs.docker.com/engine/daemon/ipv6/',
  macvlan: `${docs}/drivers/macvlan/`,
  overlay: `${docs}/drivers/overlay/`,
  daemon: 'https://docs.docker.com/engine/daemon/troubleshoot/',
} as const;
