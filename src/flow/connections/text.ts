/** Ends and interfaces of flow records, as people write them. */
import { addressText } from '../address.ts';
import type { FlowInterface } from '../model.ts';
import { at, kind } from '../record.ts';
import type { FlowNames } from '../report.ts';
import type { FlowStore } from '../store.ts';
import { isEndA, portOf } from './tuple.ts';

/** `10.0.0.2:3306`, `[fd00::2]:3306`; without port for protocols that have none. */
export function endText(store: FlowStore, base: number, ofSource: boolean): string {
  const { words } = store;
  const kindWord = words[base + at.kind] ?? 0;
  const address = addressText(store, base, isEndA(words, base, ofSource));
  if ((kindWord & kind.ports) === 0) return address;
  const port = portOf(words, base, ofSource);
  return (kindWord & kind.ipv6) === 0 ? `${address}:${port}` : `[${address}]:${port}`;
}

interface InterfaceText {
  readonly namespace: string | null;
  /** `web:eth0`; null where the capture does not say which interface it was. */
  readonly text: string | null;
  readonly depth: number;
}

/** Captures without namespaces have interfaces of no namespace. */
function nameOf({ namespace, name }: FlowInterface): string {
  return namespace === '' ? name : `${namespace}:${name}`;
}

/** Names of interfaces, asked for once each. */
export class InterfaceTexts {
  #names: FlowNames | null = null;
  #version = Number.NaN;
  #texts: (InterfaceText | undefined)[] = [];

  use(names: FlowNames): void {
    if (names === this.#names && names.version === this.#version) return;
    this.#names = names;
    this.#version = names.version;
    this.#texts = [];
  }

  /** Of the record at word `base`: `web:eth0`; null where the capture does not say. */
  textOf(store: FlowStore, base: number): string | null {
    return this.#of(store, base).text;
  }

  namespaceOf(store: FlowStore, base: number): string | null {
    return this.#of(store, base).namespace;
  }

  /** `FlowNames.depthOf` of the record's interface. */
  depthOf(store: FlowStore, base: number): number {
    return this.#of(store, base).depth;
  }

  #of(store: FlowStore, base: number): InterfaceText {
    const id = store.words[base + at.interface] ?? 0;
    let known = this.#texts[id];
    if (known === undefined) {
      const found = this.#names?.interfaceOf(id) ?? null;
      const text = found === null ? null : nameOf(found);
      known = { namespace: found?.namespace ?? null, text, depth: this.#names?.depthOf?.(id) ?? 0 };
      this.#texts[id] = known;
    }
    return known;
  }
}
