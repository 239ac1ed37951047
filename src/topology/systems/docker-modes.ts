import type { System } from './model.ts';
import { found, type Recogniser } from './scene.ts';

/** Containers without a network of their own: in the host's namespace, in another's, or with loopback only. */
export const dockerModes: Recogniser = ({ snapshot, places, host }) => {
  const byContainer = new Map(
    places.flatMap(({ namespace }) =>
      namespace.containers.map((container) => [container.id, namespace] as const),
    ),
  );
  return snapshot.containers.flatMap((container): System[] => {
    const namespace = byContainer.get(container.id);
    if (namespace === undefined || container.engine !== 'docker') return [];
    const mode = `${container.name} runs with network mode ${container.networkMode}`;
    const only = { containers: [container.name] };
    if (container.networkMode === 'host' && namespace === host?.namespace) {
      return [
        found('docker-host', container.name, namespace.name, {
          ...only,
          evidence: [mode, `its namespace ${namespace.id} is the host's`],
        }),
      ];
    }
    if (container.networkMode === 'none') {
      const links = namespace.links.filter(({ kind }) => kind !== 'loopback');
      return [
        found('docker-none', container.name, namespace.name, {
          ...only,
          evidence: [
            mode,
            links.length === 0
              ? `${namespace.id} has only a loopback interface`
              : `${links.map(({ name }) => name).join(', ')} was put into ${namespace.id} by somebody else`,
          ],
          links: links.map(({ name, index }) => ({ namespace: namespace.name, name, index })),
        }),
      ];
    }
    if (!container.networkMode.startsWith('container:')) return [];
    const owner = ownerOf(container.networkMode.slice('container:'.length), snapshot.containers);
    const shared = owner !== undefined && byContainer.get(owner.id) === namespace;
    return [
      found('docker-container', container.name, namespace.name, {
        containers: shared ? [container.name, owner.name] : [container.name],
        evidence: [mode, `it is in ${namespace.id}${owner === undefined ? '' : whose(owner.name, shared)}`],
      }),
    ];
  });
};

/** A container that was restarted has a new namespace; those that shared the old one stay there. */
function whose(owner: string, shared: boolean): string {
  return shared
    ? `, the namespace of ${owner}`
    : `, which is not the namespace of ${owner} now: restart it after ${owner}`;
}

function ownerOf(
  word: string,
  containers: readonly { readonly id: string; readonly name: string }[],
): { readonly id: string; readonly name: string } | undefined {
  return containers.find(({ id, name }) => id === word || name === word);
}
