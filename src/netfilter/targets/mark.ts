/** `-j MARK`: changes the packet's firewall mark (xt_mark.c). */
import { defineTarget, proceed, refuse } from '../extension.ts';
import { argument, exclusive, hex, integer, type MarkValue, markValue, max32 } from '../values.ts';

const names = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;

/** `--set-mark V/M` clears M and ors V: as an xor, the mask is `V | M`. */
export function markOperation(name: string, text: string): MarkValue {
  const number = () => integer(text, max32, name);
  switch (name) {
    case 'set-xmark':
      return markValue(text, name);
    case 'set-mark': {
      const { value, mask } = markValue(text, name);
      return { value, mask: (mask | value) >>> 0 };
    }
    case 'and-mark':
      return { value: 0, mask: ~number() >>> 0 };
    case 'or-mark':
      return { value: number(), mask: number() };
    default:
      return { value: number(), mask: 0 };
  }
}

export function applyMark(mark: number, { value, mask }: MarkValue): number {
  return ((mark & ~mask) ^ value) >>> 0;
}

export const mark = defineTarget<MarkValue>({
  name: 'MARK',
  options: names.map((name) => ({ name, values: 1 })),
  parse(options) {
    exclusive(options, names);
    const use = options[0] ?? refuse('MARK needs an option');
    return markOperation(use.name, argument(use));
  },
  print: ({ value, mask }) => `--set-xmark ${hex(value)}/${hex(mask)}`,
  evaluate(data, packet) {
    packet.mark = applyMark(packet.mark, data);
    return proceed;
  },
});
