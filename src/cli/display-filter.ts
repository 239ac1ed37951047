/** `-Y`: the display filter, or an error that points at the word at fault. */
import type { Flow } from '../flow/model.ts';
import type { DisplayFilter } from '../packet/filter/filter.ts';
import type { Dissection } from '../packet/model.ts';
import { usageError } from './errors.ts';

/** Which flows are wanted; null for all of them. */
export type FlowFilter = ((flow: Flow) => boolean) | null;

/** @throws NetscopeError (usage) for a filter that cannot be parsed, or that no flow could match. */
export async function flowFilter(text: string | undefined): Promise<FlowFilter> {
  if (text === undefined) return null;
  const filter = await parse(text);
  if (filter.notForFlows !== null) {
    const { message, position, length } = filter.notForFlows;
    throw atFault(text, message, position, length);
  }
  return (flow) => filter.matchesFlow(flow);
}

/** @throws NetscopeError (usage) for a filter that cannot be parsed. */
export async function packetFilter(
  text: string | undefined,
): Promise<(dissection: Dissection, frame: Uint8Array) => boolean> {
  if (text === undefined) return () => true;
  const filter = await parse(text);
  return (dissection, frame) => filter.matches(dissection, frame);
}

async function parse(text: string): Promise<DisplayFilter> {
  const { parseFilter } = await import('../packet/filter/filter.ts');
  const parsed = parseFilter(text);
  if (parsed.ok) return parsed.filter;
  throw atFault(text, parsed.message, parsed.position, parsed.length);
}

function atFault(text: string, message: string, position: number, length: number) {
  const word = text.slice(position, position + length);
  const place = word === '' ? 'at its end' : `at "${word}" (character ${position + 1})`;
  return usageError(
    `use the display filter "${text}"`,
    `${message}, ${place}`,
    'see wireshark-filter(4) for the syntax',
  );
}
