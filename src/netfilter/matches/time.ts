/** `-m time`: the time of day and the date (xt_time.c). */
import { defineMatch, type OptionUse, refuse } from '../extension.ts';
import { argument, find, has, joined } from '../values.ts';

interface Time {
  /** Seconds since midnight. */
  readonly start: number;
  readonly stop: number;
  /** Days of the month and of the week (1 is Monday) on which it matches. */
  readonly monthDays: ReadonlySet<number>;
  readonly weekDays: ReadonlySet<number>;
  /** Seconds since 1970. */
  readonly dateStart: number;
  readonly dateStop: number;
  readonly kernelZone: boolean;
  readonly contiguous: boolean;
}

const weekNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const lastSecond = 86_399;
/** The kernel's upper bound: 2038-01-19T03:14:07. */
const lastDate = 0x7fffffff;

function clock(text: string): number {
  const match = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  const [hours, minutes, seconds] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 0)];
  if (match === null || hours > 23 || minutes > 59 || seconds > 59) refuse(`"${text}" is no time of day`);
  return hours * 3600 + minutes * 60 + seconds;
}

function date(text: string): number {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d))?)?)?)?)?$/i.exec(text);
  if (match === null) refuse(`"${text}" is no date`);
  const at = (index: number, otherwise: number) => Number(match[index] ?? otherwise);
  const seconds = Date.UTC(at(1, 1970), at(2, 1) - 1, at(3, 1), at(4, 0), at(5, 0), at(6, 0)) / 1000;
  return seconds >= 0 && seconds <= lastDate ? seconds : refuse(`date ${text} is not between 1970 and 2038`);
}

function days(use: OptionUse | undefined, last: number, read: (text: string) => number): ReadonlySet<number> {
  const every = Array.from({ length: last }, (_, index) => index + 1);
  if (use === undefined) return new Set(every);
  const given = new Set(argument(use).split(',').map(read));
  for (const day of given) if (!(day >= 1 && day <= last)) refuse(`"${argument(use)}" are no days`);
  return use.invert ? new Set(every.filter((day) => !given.has(day))) : given;
}

function weekDay(text: string): number {
  if (/^\d$/.test(text)) return Number(text);
  const lower = text.toLowerCase();
  return lower.length < 2 ? 0 : weekNames.findIndex((name) => name.toLowerCase().startsWith(lower)) + 1;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function printClock(seconds: number): string {
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function printDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

export const time = defineMatch<Time>({
  name: 'time',
  options: [
    { name: 'timestart', values: 1 },
    { name: 'timestop', values: 1 },
    { name: 'monthdays', values: 1, negatable: true },
    { name: 'weekdays', values: 1, negatable: true },
    { name: 'datestart', values: 1 },
    { name: 'datestop', values: 1 },
    { name: 'kerneltz', values: 0 },
    { name: 'localtz', values: 0 },
    { name: 'utc', values: 0 },
    { name: 'contiguous', values: 0 },
  ],
  parse(options) {
    const read = (name: string, parse: (text: string) => number, otherwise: number) => {
      const use = find(options, name);
      return use === undefined ? otherwise : parse(argument(use));
    };
    const weekUse = find(options, 'weekdays');
    return {
      start: read('timestart', clock, 0),
      stop: read('timestop', clock, lastSecond),
      monthDays: days(find(options, 'monthdays'), 31, (text) => (/^\d+$/.test(text) ? Number(text) : 0)),
      weekDays: days(weekUse, 7, weekDay),
      dateStart: read('datestart', date, 0),
      dateStop: read('datestop', date, lastDate),
      kernelZone: has(options, 'kerneltz'),
      contiguous: has(options, 'contiguous'),
    };
  },
  print(data) {
    const dated = data.dateStart !== 0 || data.dateStop !== lastDate;
    const timed = data.start !== 0 || data.stop !== lastSecond;
    const list = [...data.weekDays].sort((a, b) => a - b).map((day) => weekNames[day - 1]);
    return joined([
      timed ? `--timestart ${printClock(data.start)} --timestop ${printClock(data.stop)}` : null,
      data.monthDays.size === 31
        ? null
        : `--monthdays ${[...data.monthDays].sort((a, b) => a - b).join(',')}`,
      data.weekDays.size === 7 ? null : `--weekdays ${list.join(',')}`,
      dated && data.dateStart !== 0 ? `--datestart ${printDate(data.dateStart)}` : null,
      `--datestop ${printDate(data.dateStop)}`,
      data.kernelZone ? '--kerneltz' : null,
      data.contiguous ? '--contiguous' : null,
    ]);
  },
  evaluate: () => ({ unknown: 'time: when the packet comes' }),
  explain: () => 'time',
});
