/** `-m rateest`: compares estimated rates (xt_rateest.c). */
import { refuse } from '../extension.ts';
import { type ListedOption, listedMatch } from '../listed.ts';
import { integer, max32 } from '../values.ts';

const factors: Readonly<Record<string, number>> = {
  bit: 1,
  kbit: 1e3,
  mbit: 1e6,
  gbit: 1e9,
  tbit: 1e12,
  kibit: 1024,
  mibit: 1024 ** 2,
  gibit: 1024 ** 3,
  tibit: 1024 ** 4,
  bps: 8,
  kbps: 8e3,
  mbps: 8e6,
  gbps: 8e9,
  tbps: 8e12,
  kibps: 8 * 1024,
  mibps: 8 * 1024 ** 2,
  gibps: 8 * 1024 ** 3,
  tibps: 8 * 1024 ** 4,
};

function bits(text: string): string {
  if (text === '') return text;
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  const factor = factors[match?.[2]?.toLowerCase() || 'bit'];
  if (match === null || factor === undefined) refuse(`"${text}" is no rate`);
  return `${Math.floor((Number(match[1]) * factor) / 8) * 8}bit`;
}

const packets = (text: string) => (text === '' ? text : String(integer(text, max32, 'pps')));

const options: readonly ListedOption[] = [
  { name: 'rateest-delta', values: 0 },
  { name: 'rateest', values: 1 },
  { name: 'rateest1', values: 1 },
  { name: 'rateest-bps1', values: 'optional', read: bits },
  { name: 'rateest-pps1', values: 'optional', read: packets },
  { name: 'rateest-lt', values: 0, negatable: true },
  { name: 'rateest-gt', values: 0, negatable: true },
  { name: 'rateest-eq', values: 0, negatable: true },
  { name: 'rateest-bps', values: 'optional', read: bits },
  { name: 'rateest-pps', values: 'optional', read: packets },
  { name: 'rateest-bps2', values: 'optional', read: bits },
  { name: 'rateest-pps2', values: 'optional', read: packets },
  { name: 'rateest2', values: 1 },
];

export const rateest = listedMatch({
  name: 'rateest',
  options,
  check(uses) {
    if (!uses.some((use) => use.name === 'rateest' || use.name === 'rateest1'))
      refuse('-m rateest needs an estimator');
  },
  // An option without its value prints alone.
  complete: (parts) => parts.map((part) => (part.text === '' ? { ...part, text: null } : part)),
  evaluate: () => ({ unknown: 'rateest: the rates are not known' }),
});
