/** `-j CONNMARK`: moves marks between the packet and its connection (xt_connmark.c). */
import { defineTarget, proceed, refuse } from '../extension.ts';
import { argument, exclusive, find, has, hex, integer, type MarkValue, max32 } from '../values.ts';
import { applyMark, markOperation } from './mark.ts';

type Connmark =
  | { readonly kind: 'set'; readonly mark: MarkValue }
  | { readonly kind: 'save' | 'restore'; readonly packetMask: number; readonly connectionMask: number };

const setters = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'] as const;

export const connmark = defineTarget<Connmark>({
  name: 'CONNMARK',
  options: [
    ...setters.map((name) => ({ name, values: 1 }) as const),
    { name: 'save-mark', values: 0 },
    { name: 'restore-mark', values: 0 },
    { name: 'mask', values: 1 },
    { name: 'nfmask', values: 1 },
    { name: 'ctmask', values: 1 },
  ],
  parse(options) {
    exclusive(options, [...setters, 'save-mark', 'restore-mark']);
    const setter = options.find((use) => setters.some((name) => name === use.name));
    const masked = ['mask', 'nfmask', 'ctmask'].some((name) => has(options, name));
    if (setter !== undefined) {
      if (masked) refuse('masks go with --save-mark and --restore-mark');
      return { kind: 'set', mark: markOperation(setter.name, argument(setter)) };
    }
    const kind = has(options, 'save-mark') ? 'save' : has(options, 'restore-mark') ? 'restore' : null;
    if (kind === null) refuse('CONNMARK needs an option');
    if (has(options, 'mask'))
      exclusive(
        options,
        ['mask', 'nfmask', 'ctmask'].filter((name) => has(options, name)),
      );
    const mask = (name: string) => {
      const use = find(options, name) ?? find(options, 'mask');
      return use === undefined ? max32 : integer(argument(use), max32, name);
    };
    return { kind, packetMask: mask('nfmask'), connectionMask: mask('ctmask') };
  },
  print(data) {
    if (data.kind === 'set') return `--set-xmark ${hex(data.mark.value)}/${hex(data.mark.mask)}`;
    return `--${data.kind}-mark --nfmask ${hex(data.packetMask)} --ctmask ${hex(data.connectionMask)}`;
  },
  evaluate(data, packet) {
    const connection = packet.tracking;
    if (connection.kind !== 'tracked') return proceed;
    if (data.kind === 'set') {
      if (connection.mark === null && data.mark.mask !== max32) return proceed;
      connection.mark = applyMark(connection.mark ?? 0, data.mark);
    } else if (data.kind === 'save') {
      const kept = (connection.mark ?? 0) & ~data.connectionMask;
      connection.mark = (kept ^ (packet.mark & data.packetMask)) >>> 0;
    } else {
      if (connection.mark === null) return { kind: 'unknown', why: 'the connection’s mark is not known' };
      packet.mark = ((packet.mark & ~data.packetMask) ^ (connection.mark & data.connectionMask)) >>> 0;
    }
    return proceed;
  },
});
