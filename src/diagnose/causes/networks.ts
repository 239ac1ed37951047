/** Networks that two ends have in common, or could have. */
import type { Container } from '../../snapshot/schema.ts';
import type { Evidence } from '../evidence.ts';
import { word } from '../text.ts';

/** The container that is meant by TO, or has its address. */
export function targetContainer({ scene, resolution, service }: Evidence): Container | null {
  if (resolution.container !== null) return resolution.container;
  const { address } = resolution;
  const byAddress = scene.snapshot.containers.find(({ endpoints }) =>
    endpoints.some(
      (endpoint) => address !== null && (endpoint.address === address || endpoint.address6 === address),
    ),
  );
  if (byAddress !== undefined) return byAddress;
  return service === null || service.namespace.host
    ? null
    : (scene.containersIn(service.namespace)[0] ?? null);
}

export function sourceContainer({ from }: Evidence): Container | null {
  return from.kind === 'inside' ? from.container : from.kind === 'stopped' ? from.container : null;
}

/** Connects the client to a network of the server's, one that is not internal if there is one. */
export function connectFix(evidence: Evidence): readonly string[] {
  const { scene } = evidence;
  const source = sourceContainer(evidence);
  const target = targetContainer(evidence);
  if (source === null || target === null) return [];
  const networks = target.endpoints.map(({ network }) => network).filter((name) => scene.hasNames(name));
  const [network] = networks;
  if (network !== undefined) return [`docker network connect ${word(network)} ${word(source.name)}`];
  const own = source.endpoints.find(({ network: name }) => scene.hasNames(name))?.network;
  if (own !== undefined) return [`docker network connect ${word(own)} ${word(target.name)}`];
  return [
    'docker network create shared',
    `docker network connect shared ${word(source.name)}`,
    `docker network connect shared ${word(target.name)}`,
  ];
}
