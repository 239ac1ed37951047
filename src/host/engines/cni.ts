/** What CNI plugins answered for each container: libcni keeps it (github.com/containernetworking/cni, libcni: cacheInfo). */
import { z } from 'zod';
import type { Container, EngineNetwork } from '../../snapshot/schema.ts';
import { filesOf } from './files.ts';

const folder = '/var/lib/cni/results';

const cachedSchema = z.object({
  kind: z.literal('cniCacheV1'),
  containerId: z.string(),
  ifName: z.string(),
  networkName: z.string(),
  /** The network's configuration, in base64. */
  config: z.string(),
  result: z.object({
    interfaces: z
      .array(z.object({ name: z.string(), mac: z.string().nullish(), sandbox: z.string().nullish() }))
      .nullish(),
    ips: z.array(z.object({ address: z.string(), gateway: z.string().nullish() })).nullish(),
  }),
});

const pluginSchema = z.object({
  type: z.string(),
  bridge: z.string().optional(),
  master: z.string().optional(),
});
const configSchema = z.union([z.object({ plugins: z.tuple([pluginSchema], z.unknown()) }), pluginSchema]);

export interface CniResults {
  /** By the id that the engine gave the plugins: the container's, its sandbox', or `<containerd namespace>-<id>`. */
  readonly endpoints: ReadonlyMap<string, Container['endpoints']>;
  readonly networks: readonly EngineNetwork[];
}

/** Nothing, where no plugin ran or this user may not read it. */
export function readCniResults(): CniResults {
  const endpoints = new Map<string, Container['endpoints']>();
  const networks = new Map<string, EngineNetwork>();
  for (const { text } of filesOf(folder)) {
    try {
      const cached = cachedSchema.parse(JSON.parse(text));
      const { networkName: network, containerId, result, ifName } = cached;
      const ip = (six: boolean) => (result.ips ?? []).find(({ address }) => address.includes(':') === six);
      const own = result.interfaces?.find(({ name, sandbox }) => name === ifName && Boolean(sandbox));
      const bare = (address = '') => address.replace(/\/\d+$/, '');
      endpoints.set(containerId, [
        ...(endpoints.get(containerId) ?? []),
        {
          network,
          networkId: network,
          address: bare(ip(false)?.address),
          address6: bare(ip(true)?.address),
          gateway: ip(false)?.gateway ?? '',
          gateway6: ip(true)?.gateway ?? '',
          mac: own?.mac ?? '',
          aliases: [],
        },
      ]);
      networks.set(network, networkOf(network, cached.config));
    } catch {
      // Of another version, or being written.
    }
  }
  return { endpoints, networks: [...networks.values()] };
}

function networkOf(name: string, config: string): EngineNetwork {
  const parsed = configSchema.parse(JSON.parse(Buffer.from(config, 'base64').toString('utf8')));
  const plugin = 'plugins' in parsed ? parsed.plugins[0] : parsed;
  const device = plugin.bridge ?? plugin.master;
  return {
    id: name,
    name,
    engine: 'cni',
    driver: plugin.type,
    scope: 'local',
    internal: false,
    ipv6: false,
    subnets: [],
    options: {},
    labels: {},
    ...(device !== undefined && { interface: device }),
  };
}
