/** Which of the interfaces that `-i` selects can be captured on now. */
import type { TopologyLookup } from '../topology/lookup.ts';
import type { SelectedInterface } from '../topology/select-interfaces.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';

export interface Choice {
  /** To open at once. */
  readonly ready: readonly SelectedInterface[];
  /** Down, and only meant together with others: the kernel refuses to capture on them until they come up. */
  readonly down: readonly SelectedInterface[];
  /** Keys of those that a spec named one by one: that they cannot be captured on is an error. */
  readonly named: ReadonlySet<string>;
}

/** @throws NetscopeError (usage) for a spec that names nothing. */
export function chooseInterfaces(lookup: TopologyLookup, specs: readonly string[]): Choice {
  const all = lookup.resolveInterfaces(specs);
  const named = new Set(specs.flatMap((spec) => namedBy(spec, lookup)));
  const isWaiting = (one: SelectedInterface): boolean => one.state === 'down' && !named.has(keyOf(one));
  return { ready: all.filter((one) => !isWaiting(one)), down: all.filter(isWaiting), named };
}

/** `eth0` and `web:eth0` name an interface; `web`, `web:any`, `any` and `all` name those that there are. */
function namedBy(spec: string, lookup: TopologyLookup): readonly string[] {
  const [one, ...others] = lookup.resolveInterfaces([spec]);
  if (one === undefined || others.length > 0) return [];
  return spec === one.name || spec.endsWith(`:${one.name}`) ? [keyOf(one)] : [];
}

export function keyOf({ namespaceId, index }: SelectedInterface): string {
  return `${namespaceId} ${index}`;
}

export function nameOf({ namespaceName, name }: SelectedInterface): string {
  return `${namespaceName}:${name}`;
}

/** Why nothing can be captured, when all that was chosen is `down`. */
export function nothingReady(down: readonly SelectedInterface[]): NetscopeError {
  return down.length === 0 ? nothingToCapture() : nothingUp(down);
}

function nothingToCapture(): NetscopeError {
  return new NetscopeError({
    tried: 'choose interfaces to capture on',
    why: 'this host has no bridge, no veth and no uplink',
    todo: 'name one with -i (netscope topology lists them), or -i any',
    status: exitStatus.usage,
  });
}

function nothingUp(down: readonly SelectedInterface[]): NetscopeError {
  return new NetscopeError({
    tried: `capture on ${listed(down)}`,
    why: down.length === 1 ? 'it is down' : 'they are all down',
    todo: 'bring one up (ip link set NAME up), or name another with -i',
    status: exitStatus.usage,
  });
}

export function waitingFor(down: readonly SelectedInterface[]): string {
  return down.length === 1
    ? `${listed(down)} is down: it is captured when it comes up`
    : `${down.length} interfaces are down and captured when they come up: ${listed(down)}`;
}

/** Names of interfaces that are listed, at most. */
const mostNames = 8;

function listed(interfaces: readonly SelectedInterface[]): string {
  const names = interfaces.slice(0, mostNames).map(nameOf).join(', ');
  return interfaces.length > mostNames ? `${names} and ${interfaces.length - mostNames} more` : names;
}
