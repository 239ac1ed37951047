/**
 * What Podman leaves in files of its networks, for where nobody answers for it: their settings (podman-network(1)), and whom
 * its resolver knows on each. The default network has neither.
 */
import type { Container, EngineNetwork } from '../../snapshot/schema.ts';
import { filesOf } from './files.ts';
import { parsePodmanNetwork } from './podman.ts';

const settings = '/etc/containers/networks';
/** aardvark-dns: a file for each network; a line with the gateways, then one for each container: id, IPv4, IPv6, names. */
const resolver = '/run/containers/networks/aardvark-dns';

export interface PodmanFiles {
  readonly networks: readonly EngineNetwork[];
  /** By the container's id. */
  readonly endpoints: ReadonlyMap<string, Container['endpoints']>;
}

export function readPodmanFiles(): PodmanFiles {
  const networks = filesOf(settings).flatMap(({ name, text }): readonly EngineNetwork[] => {
    try {
      return name.endsWith('.json') ? [parsePodmanNetwork(text)] : [];
    } catch {
      return [];
    }
  });
  const endpoints = new Map<string, Container['endpoints']>();
  for (const { name, text } of filesOf(resolver)) {
    const network = networks.find((one) => one.name === name);
    if (network === undefined) continue;
    const gateway = (six: boolean) =>
      network.subnets.find(({ subnet }) => subnet.includes(':') === six)?.gateway ?? '';
    for (const line of text.split('\n')) {
      const [, id, four = '', six = '', names = ''] = /^([0-9a-f]{64}) (\S*) (\S*) (\S+)/.exec(line) ?? [];
      if (id === undefined) continue;
      const [address = ''] = four.split(',');
      const [address6 = ''] = six.split(',');
      endpoints.set(id, [
        ...(endpoints.get(id) ?? []),
        {
          network: name,
          networkId: network.id,
          address,
          address6,
          gateway: gateway(false),
          gateway6: gateway(true),
          mac: '',
          aliases: names.split(','),
        },
      ]);
    }
  }
  return { networks, endpoints };
}
