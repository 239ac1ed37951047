/** Namespaces with nothing to draw: hosts with many of them would hide the others among them. */
import type { TopologyNamespace } from '../model.ts';

/** So many are drawn like the others. */
const mostDrawn = 3;
/** So many are named. */
const mostNamed = 12;

/** The namespaces to draw, and those without a container that have only loopback, where they are many. */
export function withoutQuiet(namespaces: readonly TopologyNamespace[]): {
  readonly drawn: readonly TopologyNamespace[];
  readonly quiet: readonly TopologyNamespace[];
} {
  const quiet = namespaces.filter(isQuiet);
  return quiet.length <= mostDrawn
    ? { drawn: namespaces, quiet: [] }
    : { drawn: namespaces.filter((namespace) => !isQuiet(namespace)), quiet };
}

function isQuiet({ kind, containers, links }: TopologyNamespace): boolean {
  // One that could not be read has no links at all.
  const onlyLoopback = links.length > 0 && links.every((link) => link.kind === 'loopback');
  return kind !== 'host' && containers.length === 0 && onlyLoopback;
}

/** `blue, green and 498 more` */
export function quietNames(quiet: readonly TopologyNamespace[]): string {
  const names = quiet.map(({ name }) => name).sort();
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}
