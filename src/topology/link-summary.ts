/** What a link's kind has, in a few words: `vxlan id 4097 port 4789`, `vlan 10`, `macvlan bridge`. */
import type { Link } from './model.ts';

type Details = Link['details'];

/** By IFLA_INFO_KIND; detail names are those of `ip -d -j link`. */
const summaries: Readonly<Record<string, (details: Details) => string>> = {
  vlan: (details) => words(text(details, 'id'), other(details, 'protocol', '802.1Q')),
  vxlan: (details) =>
    words(
      labelled(details, 'id'),
      labelled(details, 'local'),
      labelled(details, 'group'),
      labelled(details, 'group6'),
      labelled(details, 'remote'),
      labelled(details, 'remote6'),
      labelled(details, 'port'),
      remotes(details),
    ),
  geneve: (details) => words(labelled(details, 'id'), labelled(details, 'remote'), labelled(details, 'port')),
  macvlan: (details) => text(details, 'mode'),
  macvtap: (details) => text(details, 'mode'),
  ipvlan: (details) => words(text(details, 'mode'), text(details, 'mode_flag')),
  ipvtap: (details) => words(text(details, 'mode'), text(details, 'mode_flag')),
  bond: (details) => text(details, 'mode'),
  team: (details) => text(details, 'mode'),
  vrf: (details) => labelled(details, 'table'),
  wireguard: (details) =>
    words(labelled(details, 'listenPort').replace('listenPort', 'port'), peers(details)),
  xfrm: (details) => labelled(details, 'if_id'),
  tun: (details) =>
    words(text(details, 'type'), labelled(details, 'user'), labelled(details, 'machine') || holders(details)),
  gre: tunnel,
  gretap: tunnel,
  erspan: tunnel,
  ipip: tunnel,
  sit: tunnel,
  vti: tunnel,
  ip6gre: tunnel,
  ip6gretap: tunnel,
  ip6erspan: tunnel,
  ip6tnl: tunnel,
  vti6: tunnel,
};

/** The kind and what it has; `parent` as `on NAME`. */
export function summarize(link: Link): string {
  return words(
    link.kind,
    summaries[link.kind]?.(link.details) ?? '',
    link.parent === null ? '' : `on ${link.parent.name}`,
    switchText(link),
  );
}

/** `on br-int in VLAN 1`, of a port of Open vSwitch. */
function switchText(link: Link): string {
  const { switch: place } = link.details;
  const bridge = switchOf(link);
  const vlan =
    typeof place === 'object' && place !== null && 'tag' in place ? ` in VLAN ${String(place.tag)}` : '';
  return bridge === undefined ? '' : `on ${bridge}${vlan}`;
}

/** The bridge of Open vSwitch that a link is on. */
export function switchOf({ details: { switch: place } }: Link): string | undefined {
  return typeof place === 'object' && place !== null && 'bridge' in place ? String(place.bridge) : undefined;
}

function tunnel(details: Details): string {
  const local = text(details, 'local');
  const remote = text(details, 'remote');
  return words(
    local === '' && remote === '' ? '' : `${local || 'any'} > ${remote || 'any'}`,
    labelled(details, 'key'),
    labelled(details, 'ikey'),
    labelled(details, 'okey'),
  );
}

function remotes(details: Details): string {
  const { remotes: list } = details;
  if (!Array.isArray(list) || list.length === 0) return '';
  return `to ${list.slice(0, 3).map(String).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`;
}

/** The process that has a tun device open: without one it goes nowhere. */
function holders({ processes: list }: Details): string {
  const [first]: unknown[] = Array.isArray(list) ? list : [];
  return typeof first === 'object' &&
    first !== null &&
    'command' in first &&
    typeof first.command === 'string'
    ? `of ${first.command}`
    : '';
}

function peers({ peers: list }: Details): string {
  return Array.isArray(list) ? `${list.length} ${list.length === 1 ? 'peer' : 'peers'}` : '';
}

function text(details: Details, name: string): string {
  const value = details[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function labelled(details: Details, name: string): string {
  const value = text(details, name);
  return value === '' ? '' : `${name} ${value}`;
}

function other(details: Details, name: string, usual: string): string {
  const value = text(details, name);
  return value === usual ? '' : value;
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
