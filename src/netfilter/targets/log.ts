/** `-j LOG` (xt_LOG.c): writes to the kernel log and goes on. */
import { defineTarget, proceed, refuse } from '../extension.ts';
import { argument, find, has, integer, joined, quote } from '../values.ts';

interface Log {
  readonly prefix: string;
  readonly level: number;
  /** Options without values, as printed. */
  readonly flags: readonly string[];
}

const levels: Readonly<Record<string, number>> = {
  panic: 0,
  emerg: 0,
  alert: 1,
  crit: 2,
  error: 3,
  err: 3,
  warning: 4,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

const flagOptions = [
  'log-tcp-sequence',
  'log-tcp-options',
  'log-ip-options',
  'log-uid',
  'log-macdecode',
] as const;

function levelOf(text: string): number {
  if (/^\d/.test(text)) return integer(text, 7, 'log level');
  return levels[text.toLowerCase()] ?? refuse(`log level "${text}" is not known`);
}

export const log = defineTarget<Log>({
  name: 'LOG',
  options: [
    { name: 'log-level', values: 1 },
    { name: 'log-prefix', values: 1 },
    ...flagOptions.map((name) => ({ name, values: 0 }) as const),
  ],
  parse(options) {
    const prefix = find(options, 'log-prefix');
    const level = find(options, 'log-level');
    const text = prefix === undefined ? '' : argument(prefix);
    return {
      // The kernel's buffer is 30 bytes with the NUL.
      prefix: Buffer.from(text).subarray(0, 29).toString(),
      level: level === undefined ? 4 : levelOf(argument(level)),
      flags: flagOptions.filter((name) => has(options, name)),
    };
  },
  print: (data) =>
    joined([
      data.prefix === '' ? null : `--log-prefix ${quote(data.prefix)}`,
      data.level === 4 ? null : `--log-level ${data.level}`,
      ...data.flags.map((name) => `--${name}`),
    ]),
  inert: true,
  evaluate: () => proceed,
});
