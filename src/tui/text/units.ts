/** Numbers for people: short enough for a column, with the unit that they are in. */

const thousands = new Intl.NumberFormat('en-US');

/** `12,345`; from a million on `1.23M`. */
export function count(value: number): string {
  return Math.abs(value) < 1_000_000 ? thousands.format(Math.round(value)) : short(value);
}

/** `1 packet`, `12,345 packets`, `no packets`. */
export function counted(value: number, noun: string): string {
  return `${value === 0 ? 'no' : count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** At most five columns: `999`, `1.2k`, `34k`, `1.2M`. */
export function short(value: number): string {
  return scaled(value, 1000, ['', 'k', 'M', 'G', 'T', 'P']);
}

/** `345 B`, `1.2 kB`, `34 MB`: decimal multiples, as tshark and ifstat count. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  return scaled(value, 1000, units, ' ');
}

function scaled(value: number, base: number, units: readonly string[], gap = ''): string {
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= base - 0.5 && unit < units.length - 1) {
    rest /= base;
    unit++;
  }
  const digits = unit > 0 && Math.abs(rest) < 9.95 ? 1 : 0;
  return `${rest.toFixed(digits)}${gap}${units[unit] ?? ''}`;
}

/** A span of time given in seconds: `0 s`, `850 µs`, `12.4 ms`, `3.2 s`, `4m 05s`, `2h 13m`. */
export function span(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.001) return `${round(seconds * 1e6)} µs`;
  if (size < 1) return `${round(seconds * 1e3)} ms`;
  if (size < 60) return `${round(seconds)} s`;
  if (size < 3600) return `${Math.floor(seconds / 60)}m ${two(Math.floor(seconds % 60))}s`;
  if (size < 86_400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${two(Math.floor((seconds % 86_400) / 3600))}h`;
}

function round(value: number): string {
  return Math.abs(value) < 99.95 ? String(Number(value.toFixed(1))) : value.toFixed(0);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Local time of day of a Unix time: `10:24:31`, with `decimals` digits of the second's fraction. */
export function clock(seconds: number, nanoseconds = 0, decimals = 0): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return '--:--:--';
  const day = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (decimals === 0) return day;
  return `${day}.${String(nanoseconds).padStart(9, '0').slice(0, decimals)}`;
}

/** A rate in bits a second: `345 bit/s`, `1.2 Mbit/s`. */
export function bits(perSecond: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
  return scaled(perSecond, 1000, units, ' ');
}

/** A part of a whole: `12 %`, `0.4 %`; empty for nothing. */
export function percent(part: number, whole: number): string {
  if (!(whole > 0) || part === 0) return '';
  const share = (part / whole) * 100;
  return `${share < 9.95 ? share.toFixed(1) : share.toFixed(0)} %`;
}
