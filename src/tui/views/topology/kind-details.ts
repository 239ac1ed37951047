/** What the kind of a link has, for people: the words of `ip -d link` where there are none that are plainer. */
import type { Link } from '../../../topology/model.ts';
import { fact, heading, paragraph } from '../../components/facts.ts';
import { type Line, piece } from '../../text/line.ts';
import type { Symbols } from '../../theme.ts';

type Details = Link['details'];

/** What a bridge does, in a few lines. */
export function bridgeFacts({ details }: Link, width: number): readonly Line[] {
  return [
    ...fact('STP', spanningTree(details), width),
    ...fact('VLANs', vlanFiltering(details), width),
    ...fact(
      'Multicast',
      `snooping ${onOff(details.mcast_snooping)}, querier ${onOff(details.mcast_querier)}`,
      width,
    ),
    ...fact('Ageing', `${hundredths(details.ageing_time)} of what is behind its ports`, width),
  ];
}

const toldOfBridges = new Set([
  ...['stp_state', 'root_id', 'bridge_id', 'root_port', 'root_path_cost', 'priority', 'vlan_filtering'],
  ...['vlan_protocol', 'vlan_default_pvid', 'vlans', 'mcast_snooping', 'mcast_querier', 'ageing_time'],
  ...['hello_time', 'forward_delay', 'max_age'],
]);

function spanningTree(details: Details): string {
  const { root_id: root, bridge_id: own } = details;
  if (details.stp_state === 0) return 'off';
  const timers = `hello ${hundredths(details.hello_time)}, forward delay ${hundredths(details.forward_delay)}`;
  const where =
    root === own
      ? 'this bridge is the root'
      : `root ${String(root)} by port ${String(details.root_port)}, cost ${String(details.root_path_cost)}`;
  return `on, ${where}, id ${String(own)}, ${timers}`;
}

function vlanFiltering(details: Details): string {
  if (details.vlan_filtering !== 1) return 'not filtered';
  const own = vlanWords(details.vlans);
  return [
    `filtered, ${String(details.vlan_protocol ?? '802.1Q')}`,
    `ports get ${String(details.vlan_default_pvid ?? 'none')}`,
    own === '' ? '' : `itself in ${own}`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

/** `1 untagged, 10-20`, of what `bridge -j vlan` has. */
export function vlanWords(vlans: unknown): string {
  if (!Array.isArray(vlans)) return '';
  return vlans
    .map((one: unknown) => {
      if (!isRecord(one)) return '';
      const range =
        one.vlanEnd === undefined ? String(one.vlan) : `${String(one.vlan)}-${String(one.vlanEnd)}`;
      const flags = Array.isArray(one.flags) ? one.flags : [];
      const words = [
        flags.includes('PVID') ? 'PVID' : '',
        flags.includes('Egress Untagged') ? 'untagged' : '',
      ];
      return [range, ...words].filter((text) => text !== '').join(' ');
    })
    .join(', ');
}

/** The rest: lists an item a line, all else in one paragraph. */
export function kindLines(link: Link, width: number, symbols: Symbols): readonly Line[] {
  const rest = Object.entries(link.details).filter(
    ([name]) => !(link.kind === 'bridge' && toldOfBridges.has(name)) && !name.endsWith('Index'),
  );
  const lists = rest.flatMap(([name, value]) =>
    Array.isArray(value) && value.some(isRecord) ? [[name, value] as const] : [],
  );
  const words = rest.flatMap(([name, value]) => {
    if (Array.isArray(value) && (value.length === 0 || value.some(isRecord))) return [];
    return `${name} ${valueText(value)}`;
  });
  if (rest.length === 0) return [];
  return [
    ...heading(`As a ${link.kind}`),
    ...(words.length === 0 ? [] : paragraph(words.join(', '), width)),
    ...lists.flatMap(([name, items]) => [
      ...heading(`${name} ${items.length}`),
      ...items.flatMap((item: unknown) => itemLines(item, width, symbols)),
    ]),
  ];
}

function itemLines(item: unknown, width: number, symbols: Symbols): readonly Line[] {
  if (!isRecord(item)) return [[piece(valueText(item))]];
  const { pid, command } = item;
  if (typeof pid === 'number' && typeof command === 'string') return [[piece(`${command} (${pid})`)]];
  const [first, ...rest] = Object.entries(item).filter(([, value]) => value !== undefined && value !== '');
  if (first === undefined) return [];
  const words = rest.map(([name, value]) => `${name} ${valueText(value)}`).join(', ');
  return paragraph(
    words === '' ? valueText(first[1]) : `${valueText(first[1])} ${words}`,
    width,
    'plain',
    `${symbols.arrow} `,
  );
}

function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map(([name, of]) => `${name} ${valueText(of)}`)
    .join(' ');
}

/** The kernel's times of bridges are in 1/100 s. */
function hundredths(value: unknown): string {
  return typeof value === 'number' ? `${value / 100} s` : 'not known';
}

function onOff(value: unknown): string {
  return value === undefined ? 'not known' : value === 1 || value === true ? 'on' : 'off';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
