/** Ends and interfaces of flow records, as people write them. */
import { addressText } from '../address.ts';
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

/** `web:eth0`; null where the capture does not say which interface it was. */
export function interfaceText(words: Uint32Array, base: number, names: FlowNames): string | null {
  const found = names.interfaceOf(words[base + at.interface] ?? 0);
  return found === null ? null : `${found.namespace}:${found.name}`;
}
