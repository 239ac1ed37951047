/** One packet a line, and its tree, for `netscope packets`. */
import { printable } from '../../util/printable.ts';
import type { Dissection, Field } from '../model.ts';

export interface LineContext {
  /** Seconds since 1970 UTC and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** `NS/IFACE`; null when the input does not name it. */
  readonly interfaceName: string | null;
  readonly wireLength: number;
}

const secondsPerDay = 86_400;

/** `10:15:42.123456789` in UTC, with all nine digits: captures of several hosts are compared by it. */
export function formatTime(seconds: number, nanoseconds: number): string {
  const ofDay = ((Math.floor(seconds) % secondsPerDay) + secondsPerDay) % secondsPerDay;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const fraction = String(nanoseconds).padStart(9, '0');
  return `${two(ofDay / 3600)}:${two((ofDay % 3600) / 60)}:${two(ofDay % 60)}.${fraction}`;
}

/** `10:15:42.123456789 web/eth0 172.17.0.3 > 172.17.0.5 TCP 40122 → 3306 [SYN] ..., length 74`. */
export function formatLine(dissection: Dissection, context: LineContext): string {
  const { source, destination, protocol, info } = dissection;
  const parts = [formatTime(context.seconds, context.nanoseconds)];
  if (context.interfaceName !== null) parts.push(context.interfaceName);
  if (source !== '' || destination !== '') parts.push(`${source} > ${destination}`);
  parts.push(protocol, info);
  return printable(`${parts.filter((part) => part !== '').join(' ')}, length ${context.wireLength}`);
}

/** The tree as lines, deeper fields indented; each with its octets' range when `ranges` is asked for. */
export function formatTree(dissection: Dissection, ranges = false): string[] {
  const lines: string[] = [];
  const add = (field: Field, depth: number): void => {
    const range = ranges && field.length > 0 ? ` [${field.offset}-${field.offset + field.length - 1}]` : '';
    lines.push(printable(`${'    '.repeat(depth)}${field.label}${range}`));
    for (const child of field.children) add(child, depth + 1);
  };
  for (const layer of dissection.tree) add(layer, 0);
  return lines;
}
