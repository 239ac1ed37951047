/** What keeps a namespace alive, and whose it is. */
import type { NamespaceState, ProcessState } from '../../../snapshot/schema.ts';
import type { TopologyNamespace } from '../../../topology/model.ts';
import { fact } from '../../components/facts.ts';
import type { Line } from '../../text/line.ts';

/** Processes that are named one by one. */
const mostNamed = 6;

const sourceNames: Readonly<Record<TopologyNamespace['sources'][number], string>> = {
  process: 'processes',
  thread: 'a thread',
  'bind-mount': 'a mount',
  fd: 'a descriptor',
  socket: 'a socket',
};

/**
 * @param state undefined where only the topology is known.
 * @param hostOwner the user namespace that owns the host's.
 */
export function keeperLines(
  { sources }: TopologyNamespace,
  state: NamespaceState | undefined,
  hostOwner: string | undefined,
  width: number,
): readonly Line[] {
  const kept = sources.map((source) => sourceNames[source]).join(', ');
  const { processes = [], holders = [], paths = [], owner } = state ?? {};
  return [
    ...fact('Kept by', kept || 'nothing that netscope found', width),
    ...(processes.length === 0 ? [] : fact('Processes', processText(processes), width)),
    ...(holders.length === 0 ? [] : fact('Held by', processText(holders), width)),
    ...(paths.length === 0 ? [] : fact('Mounted', paths.join(', '), width)),
    ...(owner === undefined
      ? []
      : fact('Owner', owner === hostOwner ? `${owner}, as the host` : `${owner}, not the host's`, width)),
  ];
}

function processText(processes: readonly ProcessState[]): string {
  const named = processes.slice(0, mostNamed).map(({ pid, command }) => `${command} (${pid})`);
  const more = processes.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
