/** A name that stands for an address of each family: what holds for the one need not hold for the other. */
import type { From } from './ends.ts';
import { globalAddresses } from './ends.ts';
import type { Diagnosis } from './model.ts';
import type { Resolution } from './resolve.ts';
import { endText } from './scene.ts';

/**
 * The address of the other family that a client may take instead of the one that was judged (RFC 6724); null where the
 * name has none, or the client has no address of that family.
 */
export function otherAddress(from: From, resolution: Resolution): string | null {
  const { address, container, how } = resolution;
  if (address === null || container === null || how === 'literal') return null;
  // What a process in a container asks its resolver for; the host has no names of containers.
  if (from.kind !== 'inside' || from.container === null || from.namespace.host) return null;
  const endpoint = container.endpoints.find((one) => one.address === address || one.address6 === address);
  const other = address.includes(':') ? endpoint?.address : endpoint?.address6;
  if (other === undefined || other === '') return null;
  const isOfOther = (one: string) => one.includes(':') === other.includes(':');
  const own = from.container.endpoints.find((one) => one.network === endpoint?.network);
  const given = own === undefined ? [] : [own.address, own.address6];
  return [...globalAddresses(from.namespace), ...given].some((one) => one !== '' && isOfOther(one))
    ? other
    : null;
}

const refused: ReadonlySet<string> = new Set(['not-listening', 'wrong-port', 'listening-on-loopback']);

/** Adds what stops packets of the other family, by the host's state alone. */
export function withOther(diagnosis: Diagnosis, other: Diagnosis, address: string): Diagnosis {
  const known = new Set(diagnosis.findings.map(({ cause, fix }) => [cause, ...fix].join('\n')));
  const more = other.findings
    .filter(({ severity, cause, fix }) => severity === 'blocker' && !known.has([cause, ...fix].join('\n')))
    .map((finding) => ({
      ...finding,
      // Refused at once, a client takes the next address.
      severity: refused.has(finding.cause) ? ('info' as const) : ('warning' as const),
      summary: `Over ${address.includes(':') ? 'IPv6' : 'IPv4'} (${endText(address, other.to.port)}), which a client may take as well: ${finding.summary}`,
    }));
  return more.length === 0 ? diagnosis : { ...diagnosis, findings: [...diagnosis.findings, ...more] };
}
