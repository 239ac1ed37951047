/** `nft -j list ruleset` into tables (libnftables-json(5)). */
import type { Chain, Counter, Rule, Table } from '../model.ts';
import type { ParseError } from '../rule.ts';
import { field, isDeeper, listOf, numberOf, tagged, textOf, wordsOf } from './json.ts';
import type { Elements } from './lookup.ts';
import { printRule } from './print-statement.ts';
import { verdictOf } from './statement.ts';
import type { ChainBase, NftTable } from './table.ts';
import { targetOf } from './target.ts';

export interface NftDump {
  readonly tables: readonly NftTable[];
  readonly errors: readonly ParseError[];
}

const families: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'bridge', 'netdev', 'arp']);

function isFamily(text: string): text is Table['family'] {
  return families.has(text);
}

interface ChainDraft {
  readonly name: string;
  readonly handle: number;
  readonly policy: Chain['policy'];
  readonly base: ChainBase | null;
  readonly rules: Rule[];
  readonly bodies: (readonly unknown[])[];
}

class TableDraft {
  readonly family: Table['family'];
  readonly name: string;
  private readonly namesFamily: boolean;
  handle = 0;
  dormant = false;
  readonly chains = new Map<string, ChainDraft>();
  readonly sets = new Map<string, { name: string; elements: unknown[]; isMap: boolean; volatile: boolean }>();

  /** @param tracks whether the dump has anything of conntrack. */
  constructor(family: Table['family'], name: string, tracks: boolean) {
    this.family = family;
    this.name = name;
    this.namesFamily = tracks && (family === 'ip' || family === 'ip6');
  }

  chain(name: string): ChainDraft {
    let draft = this.chains.get(name);
    if (draft === undefined) {
      draft = { name, handle: 0, policy: null, base: null, rules: [], bodies: [] };
      this.chains.set(name, draft);
    }
    return draft;
  }

  addChain(body: unknown): void {
    const name = textOf(field(body, 'name')) ?? '';
    const hook = textOf(field(body, 'hook'));
    const policy = textOf(field(body, 'policy'));
    this.chains.set(name, {
      name,
      handle: numberOf(field(body, 'handle')) ?? 0,
      policy: hook === null ? null : policy === 'drop' ? 'DROP' : 'ACCEPT',
      base:
        hook === null
          ? null
          : {
              type: textOf(field(body, 'type')) ?? 'filter',
              hook,
              priority: numberOf(field(body, 'prio')) ?? 0,
              devices: [...wordsOf(field(body, 'dev')), ...wordsOf(field(body, 'devices'))],
            },
      rules: [],
      bodies: [],
    });
  }

  addRule(body: unknown): void {
    const chain = this.chain(textOf(field(body, 'chain')) ?? '');
    const listed = listOf(field(body, 'expr'));
    const statements = this.namesFamily ? listed.map((statement) => this.withFamily(statement)) : listed;
    chain.bodies.push(statements);
    chain.rules.push({
      position: chain.rules.length + 1,
      text: printRule(statements, textOf(field(body, 'comment')), this.family),
      counter: counterOf(statements),
      target: targetOf(statements),
    });
    for (const statement of statements) {
      const tag = tagged(statement);
      const updated = tag?.tag === 'set' || tag?.tag === 'map' ? textOf(field(tag.body, tag.tag)) : null;
      if (updated !== null) this.change(updated.replace(/^@/, ''));
    }
  }

  addSet(body: unknown, isMap: boolean): void {
    const name = textOf(field(body, 'name')) ?? '';
    const known = this.sets.get(name);
    this.sets.set(name, {
      name: `${isMap ? 'map' : 'set'} ${name}`,
      elements: [...listOf(field(body, 'elem'))],
      isMap,
      volatile: known?.volatile === true || wordsOf(field(body, 'flags')).includes('dynamic'),
    });
  }

  /** Elements that newer versions of nft print apart from their set. */
  addElements(body: unknown): void {
    this.sets.get(textOf(field(body, 'name')) ?? '')?.elements.push(...listOf(field(body, 'elem')));
  }

  private change(name: string): void {
    const known = this.sets.get(name);
    if (known !== undefined) known.volatile = true;
  }

  /** `ct original saddr` of tables of one family stands for `ct original ip saddr`. */
  private withFamily(json: unknown): unknown {
    if (Array.isArray(json)) return json.map((one) => this.withFamily(one));
    if (typeof json !== 'object' || json === null) return json;
    const key = textOf(field(field(json, 'ct'), 'key'));
    if (key === 'saddr' || key === 'daddr') {
      return { ct: { ...Object(field(json, 'ct')), key: `${this.family} ${key}` } };
    }
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, this.withFamily(value)]));
  }

  done(): NftTable {
    const drafts = [...this.chains.values()];
    const sets = new Map<string, Elements>(this.sets);
    return {
      backend: 'nftables',
      family: this.family,
      name: this.name,
      handle: this.handle,
      dormant: this.dormant,
      chains: drafts.map(({ name, policy, base, rules, bodies }) => ({
        name,
        policy,
        counter: null,
        rules: rules.map((rule, at) => {
          const calls = callsOf(bodies[at] ?? [], sets);
          return calls.length === 0 ? rule : { ...rule, calls };
        }),
        ...(base === null ? {} : { base: shownBase(base) }),
      })),
      bodies: new Map(drafts.map(({ name, bodies }) => [name, bodies])),
      bases: new Map(drafts.flatMap(({ name, base }) => (base === null ? [] : [[name, base] as const]))),
      sets,
      order: drafts.toSorted((a, b) => a.handle - b.handle).map(({ name }) => name),
    };
  }
}

function shownBase({ type, hook, priority }: ChainBase): NonNullable<Chain['base']> {
  return { type, hook, priority };
}

/** Of the rule's own counter; a named one counts for several rules. */
function counterOf(statements: readonly unknown[]): Counter | null {
  for (const statement of statements) {
    const counter = field(statement, 'counter');
    const packets = numberOf(field(counter, 'packets'));
    const bytes = numberOf(field(counter, 'bytes'));
    if (packets !== null && bytes !== null) return { packets, bytes };
  }
  return null;
}

/** Chains that the verdict maps of a rule jump to; a named map may be defined after the rule. */
function callsOf(statements: readonly unknown[], sets: ReadonlyMap<string, Elements>): readonly string[] {
  const calls = new Set<string>();
  for (const statement of statements) {
    const data = field(field(statement, 'vmap'), 'data');
    const name = textOf(data);
    const elements =
      name === null ? listOf(field(data, 'set')) : (sets.get(name.replace(/^@/, ''))?.elements ?? []);
    for (const element of elements) {
      const verdict = verdictOf(listOf(element)[1]);
      if (verdict?.kind === 'jump' || verdict?.kind === 'goto') calls.add(verdict.chain);
    }
  }
  return [...calls];
}

function addObject(tables: Map<string, TableDraft>, tag: string, body: unknown, tracks: boolean): void {
  const family = textOf(field(body, 'family')) ?? 'ip';
  if (!isFamily(family)) return;
  const name = textOf(field(body, tag === 'table' ? 'name' : 'table')) ?? '';
  const key = `${family} ${name}`;
  let table = tables.get(key);
  if (table === undefined) {
    table = new TableDraft(family, name, tracks);
    tables.set(key, table);
  }
  switch (tag) {
    case 'table':
      table.handle = numberOf(field(body, 'handle')) ?? 0;
      table.dormant = wordsOf(field(body, 'flags')).includes('dormant');
      return;
    case 'chain':
      table.addChain(body);
      return;
    case 'rule':
      table.addRule(body);
      return;
    case 'set':
    case 'map':
      table.addSet(body, tag === 'map');
      return;
    case 'element':
      table.addElements(body);
      return;
    default:
  }
}

const kept: ReadonlySet<string> = new Set(['table', 'chain', 'rule', 'set', 'map', 'element']);

/** Levels of JSON that one object of a dump may have; those that nft writes have a dozen. */
const deepest = 64;

/** Parses a dump. What is not understood inside a rule is kept as text; nothing is thrown. */
export function parseNftDump(text: string): NftDump {
  const start = text.indexOf('{');
  let dump: unknown;
  try {
    dump = JSON.parse(text.slice(Math.max(0, start)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { tables: [], errors: [{ line: 1, text: text.slice(0, 60), why: `not the JSON of nft: ${why}` }] };
  }
  const objects = field(dump, 'nftables');
  if (!Array.isArray(objects)) {
    return {
      tables: [],
      errors: [{ line: 1, text: text.slice(0, 60), why: 'not the JSON of nft -j list ruleset' }],
    };
  }
  const tables = new Map<string, TableDraft>();
  const errors: ParseError[] = [];
  const tracks = text.includes('"ct"');
  for (const object of objects) {
    const tag = tagged(object);
    if (tag === null || !kept.has(tag.tag)) continue;
    if (isDeeper(object, deepest)) {
      errors.push({ line: 1, text: tag.tag, why: `over ${deepest} levels deep` });
    } else {
      addObject(tables, tag.tag, tag.body, tracks);
    }
  }
  return { tables: [...tables.values()].map((table) => table.done()), errors };
}
