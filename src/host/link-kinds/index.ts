/** The link kinds whose IFLA_INFO_DATA netscope reads. A new kind: one file, one line here. */
import { bond, macsec, vrf } from './bond.ts';
import { bridge } from './bridge.ts';
import { type LinkKind, readFields } from './fields.ts';
import { ipvlan, macvlan } from './macvlan.ts';
import { tun } from './tun.ts';
import { geneve, greTunnels, ip6Tunnels, ipTunnels, vtiTunnels, xfrm } from './tunnels.ts';
import { vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';

const all: readonly LinkKind[] = [
  bond,
  bridge,
  geneve,
  greTunnels,
  ip6Tunnels,
  ipTunnels,
  ipvlan,
  macsec,
  macvlan,
  tun,
  vlan,
  vrf,
  vtiTunnels,
  vxlan,
  xfrm,
];

const byKind = new Map(all.flatMap((entry) => entry.kinds.map((kind) => [kind, entry])));

/** IFLA_INFO_DATA between `start` and `end`, for a link of this kind; empty for a kind that is not known. */
export function linkDetails(
  kind: string,
  buffer: Buffer,
  start: number,
  end: number,
): Record<string, unknown> {
  const known = byKind.get(kind);
  if (known === undefined) return {};
  const details = readFields(known.fields, buffer, start, end);
  known.finish?.(details);
  return details;
}
