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
    return [
      found('docker-container', container.name, namespace.name, {
        containers: owner === undefined ? [container.name] : [container.name, owner],
        evidence: [
          mode,
          `it is in ${namespace.id}${owner === undefined ? '' : `, the namespace of ${owner}`}`,
        ],
      }),
    ];
  });
};

function ownerOf(
  word: string,
  containers: readonly { readonly id: string; readonly name: string }[],
): string | undefined {
  return containers.find(({ id, name }) => id === word || name === word)?.name;
}
