import { buildTopology } from '../../../src/topology/build.ts';
import type { System, SystemName } from '../../../src/topology/systems/model.ts';
import { buildSnapshot, type Given } from '../build-snapshot.ts';

/** The systems of this name that are recognised on a host. */
export function recognised(given: Given, system: SystemName): readonly System[] {
  return buildTopology(buildSnapshot(given)).systems.filter((one) => one.system === system);
}

/** Every system that is recognised, as `system name`. */
export function allRecognised(given: Given): readonly string[] {
  return buildTopology(buildSnapshot(given)).systems.map(({ system, name }) => `${system} ${name}`);
}

/** An iptables dump of one table. */
export function table(name: string, chains: readonly string[], rules: readonly string[]) {
  return {
    backend: 'iptables-nft' as const,
    family: 'ip' as const,
    text: [
      `*${name}`,
      ...chains.map((chain) => `:${chain} - [0:0]`),
      ...rules.map((rule) => `[0:0] ${rule}`),
      'COMMIT',
      '',
    ].join('\n'),
  };
}
