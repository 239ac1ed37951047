/** Recorded nodes of clusters (test/lab/nodes), with what ip, bridge, ovs-vsctl and ipvsadm said there. */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import type { SystemName } from '../../src/topology/systems/model.ts';

const folder = new URL('hosts/nodes/', import.meta.url);
const textOf = (name: string) =>
  gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString('utf8');
/** The nodes that are recorded. */
export const names = readdirSync(folder).flatMap((file) => /^(.+)-seen\.json\.gz$/.exec(file)?.[1] ?? []);

const seenSchema = z.object({
  links: z.array(
    z.object({
      ifindex: z.number(),
      ifname: z.string(),
      master: z.string().optional(),
      address: z.string().optional(),
      linkinfo: z
        .object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    }),
  ),
  routes: z.array(
    z.object({
      dst: z.string(),
      gateway: z.string().optional(),
      dev: z.string().optional(),
      protocol: z.string().optional(),
      type: z.string().optional(),
    }),
  ),
  neighbours: z.array(z.object({ dst: z.string(), lladdr: z.string().optional(), dev: z.string() })),
  fdb: z.array(z.object({ mac: z.string(), ifname: z.string(), dst: z.string().optional() })),
  addresses: z.record(
    z.string(),
    z.array(
      z.object({
        ifname: z.string(),
        addr_info: z.array(z.object({ local: z.string(), prefixlen: z.number() })),
      }),
    ),
  ),
  ovs: z.string().nullable(),
  ipvs: z.string().nullable(),
});

export function nodeOf(name: string) {
  const snapshot = parseSnapshot(textOf(name), name);
  const topology = buildTopology(snapshot);
  const host = topology.namespaces.find(({ kind }) => kind === 'host');
  const system = (wanted: SystemName) => topology.systems.filter((one) => one.system === wanted);
  return {
    snapshot,
    topology,
    host,
    system,
    one: (wanted: SystemName) => {
      const [only, ...more] = system(wanted);
      if (only === undefined || more.length > 0) throw new Error(`${1 + more.length} systems ${wanted}`);
      return only;
    },
    link: (wanted: string) => host?.links.find((link) => link.name === wanted),
    pod: (wanted: string) =>
      topology.namespaces.find(({ containers }) => containers.some((container) => container.name === wanted)),
    seen: seenSchema.parse(JSON.parse(textOf(`${name}-seen`))),
  };
}
export type Node = ReturnType<typeof nodeOf>;

/** What other tools say of other hosts: routes by a gateway, whose MAC address in a VXLAN is behind a forwarding entry. */
export function hostsByTools({ seen }: Node, wanted: (route: Node['seen']['routes'][number]) => boolean) {
  return seen.routes
    .filter((route) => route.dst !== 'default' && route.gateway !== undefined && wanted(route))
    .map(({ dst, gateway, dev }) => {
      const mac = seen.neighbours.find((one) => one.dst === gateway && one.dev === dev)?.lladdr;
      const host = seen.fdb.find((one) => one.mac === mac && one.ifname === dev)?.dst ?? gateway;
      return { host, behind: dst, by: 'route' };
    });
}
export const byRoute = (remotes: readonly { readonly by: string; readonly behind: string }[]) =>
  remotes.filter(({ by }) => by === 'route').toSorted((a, b) => a.behind.localeCompare(b.behind));

/** Where the kernel led new connections, by conntrack: `10.96.7.7:80` to each `10.244.0.5:8080`. */
export function ledByKernel({ snapshot }: Node): ReadonlyMap<string, ReadonlySet<string>> {
  const led = new Map<string, Set<string>>();
  for (const { original, reply } of snapshot.namespaces.flatMap(({ conntrack }) => conntrack)) {
    if (original.destination === reply.source) continue;
    const from = `${original.destination}:${original.destinationPort}`;
    led.set(from, (led.get(from) ?? new Set()).add(`${reply.source}:${reply.sourcePort}`));
  }
  return led;
}
