/**
 * What engines told while they answered. One that is being restarted leaves its containers running: their groups
 * (host/engines/silent.ts) still say which they are, and their names are as they were.
 */
import type { Container, EngineNetwork, HostSnapshot } from '../snapshot/schema.ts';

interface Told {
  readonly containers: readonly Container[];
  readonly networks: readonly EngineNetwork[];
}

export class EngineMemory {
  readonly #told = new Map<string, Told>();

  /** The snapshot with what engines that do not answer now told before. */
  complete(snapshot: HostSnapshot): HostSnapshot {
    const answering = new Set(snapshot.host.engines.map(({ kind }) => kind));
    for (const kind of answering) {
      this.#told.set(kind, {
        containers: snapshot.containers.filter(({ engine }) => engine === kind),
        networks: snapshot.networks.filter(({ engine }) => engine === kind),
      });
    }
    let completed = snapshot;
    for (const [kind, told] of this.#told) {
      if (!answering.has(kind)) completed = completeWith(completed, kind, told);
    }
    return completed;
  }
}

function completeWith(snapshot: HostSnapshot, kind: string, { containers, networks }: Told): HostSnapshot {
  const seen = new Map(snapshot.containers.map((container) => [container.id, container]));
  const known = new Set(containers.map(({ id }) => id));
  return {
    ...snapshot,
    containers: [
      ...snapshot.containers.filter(({ id }) => !known.has(id)),
      ...containers.map((container) => {
        const now = seen.get(container.id);
        if (now?.namespace !== undefined) return { ...container, pid: now.pid, namespace: now.namespace };
        const { namespace, ...rest } = container;
        return { ...rest, pid: 0, state: namespace === undefined ? container.state : 'exited' };
      }),
    ],
    networks: [...snapshot.networks.filter(({ id }) => !networks.some((one) => one.id === id)), ...networks],
    warnings: [
      ...snapshot.warnings,
      `${kind} does not answer: names, networks and stopped containers are those that it told last`,
    ],
  };
}
