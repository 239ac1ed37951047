/** 32-bit indexes as AH, ESP and IPComp have them: `A`, `A:B`; the whole range is not printed. */
import type { Answer } from '../extension.ts';
import type { ListedOption, Part } from '../listed.ts';
import type { Packet } from '../packet.ts';
import { isFull, max32, printRange, range } from '../values.ts';

export function spiOption(name: string): ListedOption {
  return {
    name,
    values: 1,
    negatable: true,
    read(text, _, use) {
      const value = range(text, max32, name);
      return isFull(value, max32) && !use.invert ? '' : printRange(value);
    },
  };
}

export function spiEvaluation(parts: readonly Part[], packet: Packet, number: number): Answer {
  if (packet.protocol !== number) return false;
  return parts.length === 0 || { unknown: 'the packet’s SPI is not known' };
}
