/** Sets, maps and verdict maps: which element a packet's values find (nft_set_hash.c, nft_set_rbtree.c, nft_set_pipapo.c). */
import type { Environment } from '../extension.ts';
import type { Packet } from '../packet.ts';
import { inSpan, type Span, spanOf, type Value } from './datatypes.ts';
import { field, listOf } from './json.ts';
import type { Expression, Reading } from './reading.ts';

/** Elements as nft's JSON has them: keys, and for maps `[key, data]`. */
export interface Elements {
  /** `set blocked`, `these` for one that is written into the rule. */
  readonly name: string;
  readonly elements: readonly unknown[];
  readonly isMap: boolean;
  /** Packets change it: what it held when it was read says nothing of another moment. */
  readonly volatile: boolean;
}

interface Entry {
  readonly spans: readonly Span[];
  readonly data: unknown;
}

export interface Found {
  /** What the map has for it; one entry unless a part of the key was not known. */
  readonly data: readonly unknown[];
  /** Whether nothing may have been found. */
  readonly miss: boolean;
  /** Why it is not certain; null when it is. */
  readonly why: string | null;
  /** For a miss that is certain: a key that the packet does not have at all. */
  readonly absent: string | null;
}

const nothing: Found = { data: [], miss: true, why: null, absent: null };

/** Elements made ready for keys of these types. */
export class Lookup {
  readonly name: string;
  private readonly exact = new Map<string, Entry>();
  private readonly ranged: Entry[] = [];
  /** `*`: what is not in any other element. */
  private readonly others: Entry[] = [];
  private readonly unread: string | null;
  private readonly keys: readonly Expression[];

  constructor(source: Elements, keys: readonly Expression[]) {
    this.name = source.name;
    this.keys = keys;
    let unread: string | null = source.volatile ? `${source.name} is changed by packets` : null;
    for (const json of source.elements) {
      const pair = source.isMap ? listOf(json) : [json, null];
      const bare = field(pair[0], 'elem') === undefined ? pair[0] : field(field(pair[0], 'elem'), 'val');
      if (bare === '*') {
        this.others.push({ spans: [], data: pair[1] });
        continue;
      }
      const parts = keys.length > 1 ? listOf(field(bare, 'concat')) : [bare];
      const spans = keys.map((key, index) => spanOf(parts[index], key.type));
      const known = spans.filter((span) => span !== null);
      if (known.length < keys.length) {
        unread = `an element of ${source.name} could not be read`;
        continue;
      }
      this.add({ spans: known, data: pair[1] });
    }
    this.unread = unread;
  }

  private add(entry: Entry): void {
    const values: Value[] = [];
    for (const span of entry.spans) if (span.kind === 'value') values.push(span.value);
    if (values.length === entry.spans.length) this.exact.set(values.join(' '), entry);
    else this.ranged.push(entry);
  }

  find(packet: Packet, environment: Environment): Found {
    const readings = this.keys.map((key) => key.read(packet, environment));
    for (const reading of readings) {
      if (reading.kind === 'absent') return { ...nothing, absent: reading.why };
    }
    const values: Value[] = [];
    for (const reading of readings) if (reading.kind === 'value') values.push(reading.value);
    if (values.length < readings.length) return this.possible(readings);
    const entry = this.certain(values);
    const found = entry === undefined ? nothing : { ...nothing, data: [entry.data], miss: false };
    return this.unread === null ? found : { ...found, miss: true, why: this.unread };
  }

  private certain(values: readonly Value[]): Entry | undefined {
    return (
      this.exact.get(values.join(' ')) ??
      this.ranged.find((entry) => entry.spans.every((span, at) => inSpan(values[at] ?? '', span))) ??
      this.others[0]
    );
  }

  /** Every element that fits what is known of the key. */
  private possible(readings: readonly Reading[]): Found {
    const why = readings.flatMap((reading) =>
      reading.kind === 'unknown' || reading.kind === 'drawn' ? [reading.why] : [],
    );
    const fitting = [...this.exact.values(), ...this.ranged].filter((entry) =>
      entry.spans.every((span, at) => mayBe(readings[at], span)),
    );
    const data = [...new Map(fitting.map((entry) => [JSON.stringify(entry.data), entry.data])).values()];
    if (fitting.length === 0 && this.others.length === 0)
      return this.unread === null ? nothing : { ...nothing, why: this.unread };
    const whole = covers(readings, fitting);
    if (!whole) data.push(...this.others.map((entry) => entry.data));
    return {
      data,
      miss: !whole && this.others.length === 0,
      why: [...new Set(why)].join(', '),
      absent: null,
    };
  }
}

function mayBe(reading: Reading | undefined, span: Span): boolean {
  if (reading === undefined || reading.kind === 'absent') return false;
  if (reading.kind === 'unknown') return true;
  if (reading.kind === 'value') return inSpan(reading.value, span);
  const { from, count } = reading;
  if (span.kind === 'prefix') return false;
  const [low, high] = span.kind === 'value' ? [span.value, span.value] : [span.from, span.to];
  return Number(high) >= from && Number(low) < from + count;
}

/** Whether the elements have every number that may be drawn, with nothing else unknown. */
function covers(readings: readonly Reading[], entries: readonly Entry[]): boolean {
  const at = readings.findIndex((reading) => reading.kind === 'drawn');
  const drawn = readings[at];
  if (drawn?.kind !== 'drawn' || readings.some((reading) => reading.kind === 'unknown')) return false;
  let numbers = 0;
  for (const entry of entries) {
    const span = entry.spans[at];
    if (span === undefined || span.kind === 'prefix') return false;
    const [low, high] = span.kind === 'value' ? [span.value, span.value] : [span.from, span.to];
    numbers += Math.min(Number(high), drawn.from + drawn.count - 1) - Math.max(Number(low), drawn.from) + 1;
  }
  return numbers >= drawn.count;
}
