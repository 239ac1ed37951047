/** Rates as limit and hashlimit write them: `10/sec`, in the largest unit that keeps them whole. */
import { refuse } from '../extension.ts';

const units = [
  ['day', 86400],
  ['hour', 3600],
  ['min', 60],
  ['sec', 1],
] as const;

/**
 * The kernel's period between packets.
 *
 * @param scale periods per second: 10,000 for limit, 1,000,000 for hashlimit.
 */
export function ratePeriod(text: string, scale: number): number {
  const match = /^(\d+)(?:\/([a-z]+))?$/i.exec(text);
  if (match === null) refuse(`"${text}" is no rate`);
  const unit = (match[2] ?? 'second').toLowerCase();
  const index = ['second', 'minute', 'hour', 'day'].findIndex((name) => name.startsWith(unit));
  const multiple = [1, 60, 3600, 86400][index] ?? refuse(`"${unit}" is no unit of time`);
  const count = Number(match[1]);
  if (count === 0) refuse('a rate of 0 is none');
  const period = Math.floor((scale * multiple) / count);
  if (period === 0) refuse(`rate ${text} is too fast`);
  return period;
}

export function printPeriod(period: number, scale: number): string {
  let chosen: (typeof units)[number] = units[0];
  for (const unit of units.slice(1)) {
    const multiple = unit[1] * scale;
    if (period > multiple || Math.floor(multiple / period) < multiple % period) break;
    chosen = unit;
  }
  return `${Math.floor((chosen[1] * scale) / period)}/${chosen[0]}`;
}
