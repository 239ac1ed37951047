/** What the statistics view lists, section by section: rows with the same columns. */
import type { Share, Shares } from '../../../session/shares.ts';
import type { Statistics } from '../../../session/tally.ts';
import type { Series } from '../../../session/timeline.ts';
import { resample } from '../../components/plot.ts';
import type { Sorting } from '../../state/place.ts';
import type { Frame } from '../view.ts';

export const sections = ['Interfaces', 'Containers', 'Protocols', 'Talkers', 'Sizes and times'] as const;

export interface StatisticsRow {
  readonly key: string;
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
  readonly sent: number;
  readonly received: number;
  readonly count: number;
  /** Over the time of the plot; null where only flows tell. */
  readonly series: Series | null;
  /** Flows to go to; null for an interface, which has its own. */
  readonly flows: ReadonlySet<number> | null;
}

/** The name under which flows know an interface: that of a namespace-less capture has an empty namespace. */
export function interfaceKey(device: { readonly namespace: string | null; readonly name: string }): string {
  return `${device.namespace ?? ''}:${device.name}`;
}

export function rowsOf(
  section: number,
  shares: Shares,
  statistics: Statistics,
  frame: Frame,
): readonly StatisticsRow[] {
  switch (section) {
    case 0:
      return interfaceRows(statistics, frame);
    case 1:
      return shares.containers.map(rowOf);
    case 2:
      return protocolRows(shares, statistics);
    case 3:
      return shares.addresses.map((share) => rowOf({ ...share, name: named(share.name, frame) }));
    default:
      return [];
  }
}

function rowOf(share: Share): StatisticsRow {
  return { ...share, key: share.name, series: null };
}

function interfaceRows(statistics: Statistics, { data }: Frame): readonly StatisticsRow[] {
  return data.interfaces.flatMap((device): StatisticsRow[] => {
    const { packets, bytes } = statistics.interfaces[device.id] ?? { packets: 0, bytes: 0 };
    return [
      {
        key: interfaceKey(device),
        name: device.namespace === null ? device.name : interfaceKey(device),
        ...{ packets, bytes, sent: 0, received: 0, count: 0 },
        series: statistics.ofInterface(device.id),
        flows: null,
      },
    ];
  });
}

/** The protocols of flows, and what belongs to none: ARP, spanning tree, what is not IP. */
function protocolRows(shares: Shares, { flowless }: Statistics): readonly StatisticsRow[] {
  const rows = shares.protocols.map(rowOf);
  if (flowless.packets === 0) return rows;
  const others = { ...flowless, sent: 0, received: 0, count: 0, series: null, flows: new Set<number>() };
  return [...rows, { key: '', name: 'no flow (ARP and the like)', ...others }];
}

/** An address with the container that has it. */
function named(address: string, { data }: Frame): string {
  const container = data.topology === null ? undefined : containerAt(address, data.topology.namespaces);
  return container === undefined ? address : `${address} ${container}`;
}

interface Addressed {
  readonly containers: readonly {
    readonly name: string;
    readonly networks: readonly { readonly address: string }[];
  }[];
}

function containerAt(address: string, namespaces: readonly Addressed[]): string | undefined {
  for (const { containers } of namespaces) {
    const found = containers.find(({ networks }) =>
      networks.some((network) => network.address.split('/')[0] === address),
    );
    if (found !== undefined) return found.name;
  }
  return undefined;
}

type Value = (row: StatisticsRow) => number | string;

const values: Readonly<Record<string, Value>> = {
  bytes: (row) => row.bytes,
  packets: (row) => row.packets,
  sent: (row) => row.sent,
  received: (row) => row.received,
  count: (row) => row.count,
  name: (row) => row.name,
};

/** The sorting after `current`; none, which is most octets first, after the last. */
export function nextSorting(current: Sorting | null): Sorting | null {
  const columns = Object.keys(values);
  const column = columns[current === null ? 1 : columns.indexOf(current.column) + 1];
  return column === undefined ? null : { column, descending: column !== 'name' };
}

export function sorted(
  rows: readonly StatisticsRow[],
  { column, descending }: Sorting = { column: 'bytes', descending: true },
): readonly StatisticsRow[] {
  const value = values[column];
  if (value === undefined) return rows;
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
}

/** Seconds over which the rate of this moment is taken. */
const moment = 5;

/** Octets a second over the last seconds that are over; live only. */
export function rateNow(series: Series, statistics: Statistics, now: number): number {
  const width = Math.max(moment, statistics.width);
  const end = Math.floor((now - statistics.start) / statistics.width) * statistics.width + statistics.start;
  return resample(series.bytes, statistics, end - width, end, 1)[0] ?? 0;
}

/** The most octets a second that any bucket of at least a tenth of a second had. */
export function peakRate(series: Series, statistics: Statistics): number {
  const together = Math.max(1, Math.ceil(0.1 / statistics.width));
  let highest = 0;
  for (let bucket = 0; bucket < statistics.buckets; bucket += together) {
    let sum = 0;
    for (let each = bucket; each < bucket + together; each++) sum += series.bytes[each] ?? 0;
    highest = Math.max(highest, sum);
  }
  return highest / (together * statistics.width);
}
