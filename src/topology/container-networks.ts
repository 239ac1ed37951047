import type { TopologyContainer } from './model.ts';

/** The network mode in words: Podman says `bridge` of every network that is one of its own, so it is these then. */
export function networksOf({ networkMode, networks }: TopologyContainer): string {
  return networkMode === 'bridge' && networks.length > 0
    ? networks.map(({ name }) => name).join(', ')
    : networkMode;
}
