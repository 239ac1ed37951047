/** Memcached's text protocol (doc/protocol.txt of memcached) and its binary one. */
import { u16, u32 } from '../bytes.ts';
import { type Fields, hex } from '../fields.ts';
import { type Application, firstLine, type Payload } from './application.ts';

const port = 11211;
const request =
  /^(get|gets|gat|gats) \S+|^(set|add|replace|append|prepend|cas) \S+ \d+ -?\d+ \d+|^(delete|touch|incr|decr) \S+|^(stats|version|flush_all|verbosity|quit|mg|ms|md|mn|me)\b/;
const reply =
  /^(VALUE \S+ \d+ \d+|STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|END|OK|ERROR|CLIENT_ERROR .*|SERVER_ERROR .*|STAT \S+ .*|VERSION \S+)/;
/** What only memcached says, on whatever port. */
const certain =
  /^(set|add|replace|append|prepend|cas) \S{1,250} \d+ -?\d+ \d+( \d+)?( noreply)?$|^VALUE \S{1,250} \d+ \d+( \d+)?$|^(NOT_STORED|CLIENT_ERROR .*|SERVER_ERROR .*|STAT pid \d+)$/;
const binaryRequest = 0x80;
const binaryResponse = 0x81;
const binaryHeader = 24;
const letters = { lowest: 0x41, highest: 0x7a } as const;

const statuses: Readonly<Record<number, string>> = {
  0: 'No error',
  1: 'Key not found',
  2: 'Key exists',
  3: 'Value too large',
  4: 'Invalid arguments',
  5: 'Item not stored',
  32: 'Authentication error',
  129: 'Unknown command',
  130: 'Out of memory',
};

function recognise(payload: Payload, onPort: boolean): boolean {
  const { bytes, from, end } = payload;
  const first = bytes[from] ?? 0;
  if (first === binaryRequest || first === binaryResponse) {
    return onPort && end - from >= binaryHeader && u16(bytes, from + 2) <= u32(bytes, from + 8);
  }
  if (first < letters.lowest || first > letters.highest) return false;
  const line = firstLine(payload, 320);
  return onPort ? request.test(line) || reply.test(line) : certain.test(line);
}

function describe(fields: Fields, payload: Payload): void {
  const { bytes, from } = payload;
  const first = bytes[from] ?? 0;
  fields.title('Memcache Protocol');
  if (first === binaryRequest || first === binaryResponse) {
    fields.number('memcache.magic', 'Magic', from, 1, hex(2));
    const opcode = fields.number('memcache.opcode', 'Opcode', from + 1, 1);
    const keyLength = fields.number('memcache.key.length', 'Key Length', from + 2, 2);
    const extras = fields.number('memcache.extras.length', 'Extras Length', from + 4, 1);
    let said = `opcode ${opcode}`;
    if (first === binaryResponse) {
      const status = fields.number(
        'memcache.status',
        'Status',
        from + 6,
        2,
        (value) => statuses[value] ?? `${value}`,
      );
      said += ` ${statuses[status] ?? `status ${status}`}`;
    }
    if (keyLength > 0)
      said += ` ${fields.text('memcache.key', 'Key', from + binaryHeader + extras, keyLength)}`;
    fields.summary('MEMCACHE', `${first === binaryRequest ? 'Request' : 'Response'} ${said}`);
    return;
  }
  const line = firstLine(payload, 320);
  const word = line.split(' ')[0] ?? '';
  const name = request.test(line) ? 'memcache.command' : 'memcache.response';
  fields.note(
    name,
    `${name === 'memcache.command' ? 'Command' : 'Response'}: ${word}`,
    word,
    from,
    word.length,
  );
  fields.summary('MEMCACHE', line);
}

export const memcached: Application = {
  name: 'memcached',
  transports: ['tcp', 'udp'],
  ports: [port],
  recognise,
  describe,
};
