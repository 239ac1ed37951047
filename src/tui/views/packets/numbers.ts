/**
 * Which packets are in the list: numbers in ascending order, of which there may be millions. Without a filter
 * nothing is kept; with one, packets are looked at in short slices, so that keys are answered meanwhile.
 */

import { restAfter } from '../../../util/rest.ts';
import type { ListModel } from '../../state/list.ts';
import type { Scope } from '../../state/place.ts';
import type { Shown } from '../../state/shown.ts';
import { flowInScope } from '../flows/scope.ts';
import type { PacketTest } from './filter.ts';
import type { PacketRows } from './rows.ts';

export interface PacketNumbers extends ListModel {
  at(index: number): number;
  /** Index of the first packet whose number is at least this. */
  indexFrom(number: number): number;
}

export interface Listing {
  readonly numbers: PacketNumbers;
  /** Packets that are in the list before the filter. */
  readonly total: number;
  /** Part of them that the filter has looked at; null without one. */
  readonly searched: number | null;
}

/** In milliseconds: how long a slice keeps the event loop, and how often a running search shows itself. */
const slice = 8;
const showEvery = 100;
/** The most packets of a set of flows that are listed. */
const scopeLimit = 1_000_000;

export interface ListingInput {
  readonly data: Shown;
  readonly scope: Scope;
  readonly filter: string;
  readonly test: PacketTest | null;
}

interface Search {
  readonly scope: Scope;
  readonly filter: string;
  data: Shown;
  source: PacketNumbers;
  /** Number of the last packet that was looked at. */
  seen: number;
  readonly matches: number[];
  running: boolean;
}

export function createListings(rows: PacketRows, redraw: () => void): (input: ListingInput) => Listing {
  let search: Search | undefined;
  let scoped:
    | { scope: Scope; last: number; packets: unknown; numbers: PacketNumbers; madeAt: number; cost: number }
    | undefined;

  function sourceOf({ data, scope }: ListingInput): PacketNumbers {
    if (scope.kind === 'all' || scope.kind === 'namespaces') {
      return range(data.packets.first, data.packets.last);
    }
    const { packets } = data;
    const now = performance.now();
    if (scoped !== undefined && scoped.scope === scope && scoped.packets === packets) {
      if (scoped.last === packets.last || now - scoped.madeAt < restAfter(scoped.cost)) return scoped.numbers;
    }
    const ids =
      scope.kind === 'flows'
        ? scope.ids
        : new Set(data.flows().flows.flatMap((flow) => (flowInScope(flow, scope) ? [flow.id] : [])));
    const numbers = listed(packets.ofFlows(ids, scopeLimit));
    const end = performance.now();
    scoped = { scope, last: packets.last, packets, numbers, madeAt: end, cost: end - now };
    return numbers;
  }

  function look(task: Search, test: PacketTest): void {
    let shownAt = performance.now();
    const step = () => {
      if (search !== task) return;
      const until = performance.now() + slice;
      let index = task.source.indexFrom(task.seen + 1);
      while (index < task.source.count && performance.now() < until) {
        const number = task.source.at(index);
        const row = rows.once(number, task.data);
        if (row !== undefined && test(row)) task.matches.push(number);
        task.seen = number;
        index++;
      }
      const done = index >= task.source.count;
      const now = performance.now();
      if (done || now - shownAt > showEvery) {
        shownAt = now;
        redraw();
      }
      if (done) task.running = false;
      else setImmediate(step);
    };
    task.running = true;
    setImmediate(step);
  }

  return (input) => {
    const source = sourceOf(input);
    const { data, scope, filter, test } = input;
    if (test === null) {
      search = undefined;
      return { numbers: source, total: source.count, searched: null };
    }
    if (search === undefined || search.scope !== scope || search.filter !== filter) {
      search = { scope, filter, data, source, seen: 0, matches: [], running: false };
    }
    search.data = data;
    search.source = source;
    if (!search.running && source.count > 0 && source.at(source.count - 1) > search.seen) look(search, test);
    const looked = source.indexFrom(search.seen + 1);
    return {
      numbers: listed(search.matches),
      total: source.count,
      searched: source.count === 0 ? 1 : looked / source.count,
    };
  };
}

function range(first: number, last: number): PacketNumbers {
  const count = last === 0 ? 0 : Math.max(0, last - first + 1);
  return {
    count,
    at: (index) => first + index,
    keyAt: (index) => String(first + index),
    indexFrom: (number) => Math.min(count, Math.max(0, number - first)),
    indexOf(key) {
      const index = Number(key) - first;
      return index >= 0 && index < count ? index : -1;
    },
  };
}

function listed(numbers: readonly number[]): PacketNumbers {
  const indexFrom = (number: number) => {
    let low = 0;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    count: numbers.length,
    at: (index) => numbers[index] ?? 0,
    keyAt: (index) => String(numbers[index] ?? 0),
    indexFrom,
    indexOf(key) {
      const number = Number(key);
      const index = indexFrom(number);
      return numbers[index] === number ? index : -1;
    },
  };
}
