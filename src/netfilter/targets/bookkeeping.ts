/**
 * Targets that a packet passes unchanged as far as its way goes: they label, count, copy or write to a log. Their
 * options are kept and printed.
 */
import { formatAddress } from '../address.ts';
import { type Extension, proceed, refuse, type Target } from '../extension.ts';
import { type ListedOption, listedTarget } from '../listed.ts';
import { parseSetReference } from '../matches/set.ts';
import { protocol } from '../protocols.ts';
import { addressValue, demandProtocol, exclusive, has, integer, max32, quote } from '../values.ts';

const number = (name: string, maximum = max32, minimum = 0): ListedOption => ({
  name,
  values: 1,
  read: (text) => String(integer(text, maximum, name, minimum)),
});

/** A target without options. */
function plain(name: string, check?: (table: string) => void): Extension<Target> {
  return listedTarget({
    name,
    options: [],
    inert: true,
    check: (_, { table }) => check?.(table),
    evaluate: () => proceed,
  });
}

export const trace = plain('TRACE', (table) => {
  if (table !== 'raw') refuse('TRACE is for the raw table');
});

export const audit = listedTarget({
  name: 'AUDIT',
  inert: true,
  options: [
    {
      name: 'type',
      values: 1,
      read: (text) =>
        ['accept', 'drop', 'reject'].includes(text.toLowerCase())
          ? text.toLowerCase()
          : refuse(`type "${text}" is not known`),
    },
  ],
  check(uses) {
    if (uses.length === 0) refuse('AUDIT needs --type');
  },
  evaluate: () => proceed,
});

function needs(target: string, name: string) {
  return (uses: Parameters<typeof has>[0]) => {
    if (!has(uses, name)) refuse(`${target} needs --${name}`);
  };
}

export const checksum = listedTarget({
  name: 'CHECKSUM',
  inert: true,
  options: [{ name: 'checksum-fill', values: 0 }],
  check: needs('CHECKSUM', 'checksum-fill'),
  evaluate: () => proceed,
});

export const classify = listedTarget({
  name: 'CLASSIFY',
  inert: true,
  options: [
    {
      name: 'set-class',
      values: 1,
      read(text) {
        const match = /^([0-9a-f]+):([0-9a-f]+)$/i.exec(text);
        if (match === null) refuse(`"${text}" is no class`);
        const two = (digits: string | undefined) => (Number.parseInt(digits ?? '', 16) & 0xffff).toString(16);
        const [major, minor] = [two(match[1]), two(match[2])];
        return `${major.padStart(4, '0')}:${minor.padStart(4, '0')}`;
      },
    },
  ],
  check: needs('CLASSIFY', 'set-class'),
  evaluate: () => proceed,
});

export const connsecmark = listedTarget({
  name: 'CONNSECMARK',
  inert: true,
  options: [
    { name: 'save', values: 0 },
    { name: 'restore', values: 0 },
  ],
  check(uses) {
    if (uses.length !== 1) refuse('CONNSECMARK needs --save or --restore');
  },
  evaluate: () => proceed,
});

export const secmark = listedTarget({
  name: 'SECMARK',
  inert: true,
  options: [{ name: 'selctx', values: 1 }],
  check: needs('SECMARK', 'selctx'),
  evaluate: () => proceed,
});

export const idletimer = listedTarget({
  name: 'IDLETIMER',
  inert: true,
  options: [number('timeout', max32, 1), { name: 'label', values: 1 }, { name: 'alarm', values: 0 }],
  check(uses) {
    needs('IDLETIMER', 'timeout')(uses);
    needs('IDLETIMER', 'label')(uses);
  },
  evaluate: () => proceed,
});

export const led = listedTarget({
  name: 'LED',
  inert: true,
  options: [
    { name: 'led-trigger-id', values: 1, read: (text) => `"${text}"` },
    {
      name: 'led-delay',
      values: 1,
      read: (text) => (text === 'inf' ? text : String(integer(text, max32, 'led-delay'))),
    },
    { name: 'led-always-blink', values: 0 },
  ],
  check: needs('LED', 'led-trigger-id'),
  // A delay of 0 is the usual one and is not printed.
  complete: (parts) => parts.filter(({ name, text }) => name !== 'led-delay' || text !== '0'),
  evaluate: () => proceed,
});

export const nflog = listedTarget({
  name: 'NFLOG',
  inert: true,
  options: [
    {
      name: 'nflog-prefix',
      values: 1,
      // The kernel keeps 63 bytes of it.
      read: (text) => quote(Buffer.from(text).subarray(0, 127).toString()),
    },
    number('nflog-group', 65535),
    number('nflog-range'),
    number('nflog-size'),
    number('nflog-threshold', 65535),
  ],
  check: (uses) => exclusive(uses, ['nflog-range', 'nflog-size']),
  complete: (parts) =>
    parts.filter(({ name, text }) => {
      if (name === 'nflog-group') return text !== '0';
      if (name === 'nflog-threshold') return text !== '0';
      return name !== 'nflog-range';
    }),
  evaluate: () => proceed,
});

/** `250.0ms`: at least a quarter of a second, in steps of it. */
function duration(text: string): string {
  const match = /^(\d+(?:\.\d+)?)(s|ms|us|sec|secs|msec|msecs|usec|usecs)?$/i.exec(text);
  const unit = match?.[2]?.toLowerCase() ?? 'us';
  const factor = unit.startsWith('m') ? 1e3 : unit.startsWith('u') ? 1 : 1e6;
  if (match === null) refuse(`"${text}" is no duration`);
  const micros = Number(match[1]) * factor;
  if (micros >= 1e6) return `${(micros / 1e6).toFixed(1)}s`;
  return micros >= 1e3 ? `${(micros / 1e3).toFixed(1)}ms` : `${Math.round(micros)}us`;
}

export const rateest = listedTarget({
  name: 'RATEEST',
  inert: true,
  options: [
    { name: 'rateest-name', values: 1 },
    { name: 'rateest-interval', values: 1, read: duration },
    { name: 'rateest-ewmalog', values: 1, read: duration },
  ],
  check(uses) {
    for (const name of ['rateest-name', 'rateest-interval', 'rateest-ewmalog']) needs('RATEEST', name)(uses);
  },
  evaluate: () => proceed,
});

const setOptions = ['add-set', 'del-set', 'map-set'] as const;

export const set = listedTarget({
  name: 'SET',
  inert: true,
  options: [
    ...setOptions.map(
      (name): ListedOption => ({
        name,
        values: 2,
        read(_, __, use) {
          const { name: setName, dimensions } = parseSetReference(use);
          return `${setName} ${dimensions.join(',')}`;
        },
      }),
    ),
    { name: 'exist', values: 0 },
    number('timeout'),
    { name: 'map-mark', values: 0 },
    { name: 'map-prio', values: 0 },
    { name: 'map-queue', values: 0 },
  ],
  check(uses) {
    if (!setOptions.some((name) => has(uses, name))) refuse('SET needs --add-set, --del-set or --map-set');
  },
  evaluate: () => proceed,
});

export const tee = listedTarget({
  name: 'TEE',
  inert: true,
  options: [
    { name: 'gateway', values: 1, read: (text, { family }) => formatAddress(addressValue(text, family)) },
    { name: 'oif', values: 1 },
  ],
  check: needs('TEE', 'gateway'),
  evaluate: () => proceed,
});

export const tcpmss = listedTarget({
  name: 'TCPMSS',
  inert: true,
  options: [number('set-mss', 65535), { name: 'clamp-mss-to-pmtu', values: 0 }],
  check(uses, context) {
    if (uses.length !== 1) refuse('TCPMSS needs --set-mss or --clamp-mss-to-pmtu');
    demandProtocol(context, [protocol.tcp], 'TCPMSS');
  },
  evaluate: () => proceed,
});

/** Options of TCP by name (IANA registry). */
const tcpOptions: Readonly<Record<string, number>> = {
  wscale: 3,
  mss: 2,
  'sack-permitted': 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
};

export const tcpoptstrip = listedTarget({
  name: 'TCPOPTSTRIP',
  inert: true,
  options: [
    {
      name: 'strip-options',
      values: 1,
      read(text) {
        const numbers = text
          .split(',')
          .map((word) => tcpOptions[word] ?? integer(word, 255, 'TCP option', 2));
        return [...new Set(numbers)].sort((a, b) => a - b).join(',');
      },
    },
  ],
  // The bare target is taken: it strips nothing.
  check: (_, context) => demandProtocol(context, [protocol.tcp], 'TCPOPTSTRIP'),
  evaluate: () => proceed,
});
