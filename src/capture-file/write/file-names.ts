/** Names of the files that -C, -G and -W rotate through, as tcpdump 4.99 makes them (MakeFilename). */

export interface Rotation {
  /** -C: a new file when this one is larger (bytes). */
  readonly bytes?: number;
  /** -G: a new file after so many seconds; the name goes through strftime(3). */
  readonly seconds?: number;
  /** -W: with -C, the number of files that are written in turn; with -G, files until the end. */
  readonly count?: number;
}

/**
 * @param started when the current period of -G began.
 * @param number files since then that -C made before this one.
 */
export function fileName(name: string, rotation: Rotation, started: Date, number: number): string {
  const base = rotation.seconds === undefined ? name : strftime(name, started);
  const digits = rotation.bytes === undefined ? 0 : digitsOf(rotation.count);
  if (number === 0 && digits === 0) return base;
  return base + String(number).padStart(digits, '0');
}

/** So many digits as the largest number of `count` files has. */
function digitsOf(count: number | undefined): number {
  return count === undefined || count <= 1 ? 0 : String(count - 1).length;
}

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** strftime(3) in the C locale and local time; a conversion that it does not know stays as it is. */
export function strftime(format: string, time: Date): string {
  return format.replace(/%([%a-zA-Z])/g, (whole, conversion: string) => convert(conversion, time) ?? whole);
}

function convert(conversion: string, time: Date): string | undefined {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = days[time.getDay()] ?? '';
  const month = months[time.getMonth()] ?? '';
  const hour12 = time.getHours() % 12 || 12;
  switch (conversion) {
    case '%':
      return '%';
    case 'Y':
      return String(time.getFullYear());
    case 'C':
      return two(Math.floor(time.getFullYear() / 100));
    case 'y':
      return two(time.getFullYear() % 100);
    case 'm':
      return two(time.getMonth() + 1);
    case 'd':
      return two(time.getDate());
    case 'e':
      return String(time.getDate()).padStart(2, ' ');
    case 'H':
      return two(time.getHours());
    case 'I':
      return two(hour12);
    case 'M':
      return two(time.getMinutes());
    case 'S':
      return two(time.getSeconds());
    case 'p':
      return time.getHours() < 12 ? 'AM' : 'PM';
    case 'j':
      return String(dayOfYear(time)).padStart(3, '0');
    case 'w':
      return String(time.getDay());
    case 'u':
      return String(time.getDay() || 7);
    case 'a':
      return day.slice(0, 3);
    case 'A':
      return day;
    case 'b':
    case 'h':
      return month.slice(0, 3);
    case 'B':
      return month;
    case 's':
      return String(Math.floor(time.getTime() / 1000));
    case 'z':
      return zone(-time.getTimezoneOffset());
    case 'F':
      return strftime('%Y-%m-%d', time);
    case 'T':
      return strftime('%H:%M:%S', time);
    case 'R':
      return strftime('%H:%M', time);
    case 'D':
      return strftime('%m/%d/%y', time);
    case 'n':
      return '\n';
    case 't':
      return '\t';
    default:
      return undefined;
  }
}

function dayOfYear(time: Date): number {
  const midnight = Date.UTC(time.getFullYear(), time.getMonth(), time.getDate());
  return (midnight - Date.UTC(time.getFullYear(), 0, 1)) / 86_400_000 + 1;
}

function zone(minutes: number): string {
  const size = Math.abs(minutes);
  const digits = String(Math.floor(size / 60) * 100 + (size % 60)).padStart(4, '0');
  return (minutes < 0 ? '-' : '+') + digits;
}
