/** PostgreSQL's frontend/backend protocol 3.0 (PostgreSQL documentation, chapter "Message Formats"). */
import { u32 } from '../bytes.ts';
import type { Fields } from '../fields.ts';
import { type Application, cString, hasPort, type Payload } from './application.ts';

const port = 5432;
const protocolThree = 0x00030000;
const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssRequest = 80877104;
const startups: ReadonlyMap<number, string> = new Map([
  [protocolThree, 'Startup message'],
  [cancelRequest, 'Cancel request'],
  [sslRequest, 'SSL request'],
  [gssRequest, 'GSS encrypt request'],
]);
const maxMessages = 32;
const maxParameters = 32;
/** Longer messages exist, but not as the first of a session. */
const maxLength = 0x3fffffff;

const backend: Readonly<Record<string, string>> = {
  R: 'Authentication request',
  S: 'Parameter status',
  K: 'Backend key data',
  Z: 'Ready for query',
  E: 'Error',
  N: 'Notice',
  T: 'Row description',
  D: 'Data row',
  C: 'Command completion',
  '1': 'Parse completion',
  '2': 'Bind completion',
  '3': 'Close completion',
  n: 'No data',
  I: 'Empty query',
  t: 'Parameter description',
};
const frontend: Readonly<Record<string, string>> = {
  Q: 'Simple query',
  P: 'Parse',
  B: 'Bind',
  E: 'Execute',
  D: 'Describe',
  C: 'Close',
  S: 'Sync',
  H: 'Flush',
  X: 'Termination',
  p: 'Password message',
  d: 'Copy data',
  c: 'Copy completion',
  f: 'Copy failure',
};

function startupName(payload: Payload): string | null {
  const { bytes, from, end } = payload;
  if (end - from < 8) return null;
  const length = u32(bytes, from);
  if (length < 8 || length > 10_000) return null;
  return startups.get(u32(bytes, from + 4)) ?? null;
}

function recognise(payload: Payload, onPort: boolean): boolean {
  if (startupName(payload) !== null) return true;
  const { bytes, from, end } = payload;
  const first = String.fromCharCode(bytes[from] ?? 0);
  // The whole answer to an SSL request is one letter.
  if (onPort && end - from === 1) return first === 'S' || first === 'N';
  if (end - from < 5) return false;
  const length = u32(bytes, from + 1);
  if (length < 4 || length > maxLength) return false;
  if (onPort) return backend[first] !== undefined || frontend[first] !== undefined;
  // Elsewhere: an error that says how severe it is, or a request for authentication.
  if (first === 'E')
    return bytes[from + 5] === 0x53 && /^(FATAL|ERROR|PANIC)/.test(cString(payload, from + 6).slice(0, 8));
  return first === 'R' && length >= 8 && length <= 64 && end - from >= 9 && u32(bytes, from + 5) <= 12;
}

function describe(fields: Fields, payload: Payload): void {
  const { bytes, from, end } = payload;
  fields.title('PostgreSQL');
  const startup = startupName(payload);
  if (startup !== null) {
    fields.summary('PGSQL', `>${startup}${describeStartup(fields, payload)}`);
    return;
  }
  const fromServer =
    payload.sourcePort === port ||
    (!hasPort(payload, port) && 'RE'.includes(String.fromCharCode(bytes[from] ?? 0)));
  const names = fromServer ? backend : frontend;
  const said: string[] = [];
  let at = from;
  if (end - from === 1) {
    said.push(bytes[from] === 0x53 ? 'SSL accepted' : 'SSL refused');
    fields.text('pgsql.ssl_response', 'SSL Response', from, 1);
  }
  for (let count = 0; count < maxMessages && at + 5 <= end; count++) {
    const start = at;
    const type = String.fromCharCode(bytes[start] ?? 0);
    const length = u32(bytes, start + 1);
    const name = names[type];
    if (name === undefined || length < 4) break;
    fields.group('pgsql.message_frame', start, 1 + length, () => {
      fields.text('pgsql.type', 'Type', start, 1);
      fields.number('pgsql.length', 'Length', start + 1, 4);
      const detail = describeBody(
        fields,
        payload,
        fromServer,
        type,
        start + 5,
        Math.min(end, start + 1 + length),
      );
      said.push(name + detail);
      return name + detail;
    });
    at += 1 + length;
  }
  fields.summary('PGSQL', `${fromServer ? '<' : '>'}${said.join('/')}`);
}

function describeStartup(fields: Fields, payload: Payload): string {
  const { bytes, from, end } = payload;
  fields.number('pgsql.length', 'Length', from, 4);
  const stop = Math.min(end, from + u32(bytes, from));
  let said = '';
  let at = from + 8;
  for (let count = 0; count < maxParameters && at < stop && bytes[at] !== 0; count++) {
    const name = cString(payload, at);
    const valueAt = at + name.length + 1;
    if (valueAt >= stop) break;
    const value = cString(payload, valueAt);
    fields.note('pgsql.parameter_name', `Parameter name: ${name}`, name, at, name.length + 1);
    fields.note('pgsql.parameter_value', `Parameter value: ${value}`, value, valueAt, value.length + 1);
    if (name === 'user' || name === 'database') said += ` ${name}=${value}`;
    at = valueAt + value.length + 1;
  }
  return said;
}

/** Fields of an error (documentation, "Error and Notice Message Fields"). */
const errorFields: Readonly<Record<string, string>> = {
  S: 'pgsql.severity',
  C: 'pgsql.code',
  M: 'pgsql.message',
  D: 'pgsql.detail',
  H: 'pgsql.hint',
};

function describeBody(
  fields: Fields,
  payload: Payload,
  fromServer: boolean,
  type: string,
  at: number,
  end: number,
): string {
  if (fromServer && (type === 'E' || type === 'N')) return describeError(fields, payload, at, end);
  if (fromServer && type === 'R' && at + 4 <= end) {
    const kind = fields.number('pgsql.authtype', 'Authentication type', at, 4);
    return kind === 0 ? ' (success)' : ` (type ${kind})`;
  }
  if (!fromServer && (type === 'Q' || type === 'P')) {
    const queryAt = type === 'Q' ? at : at + cString(payload, at).length + 1;
    if (queryAt >= end) return '';
    const query = cString(payload, queryAt);
    fields.note('pgsql.query', `Query: ${query}`, query, queryAt, query.length + 1);
    return ` ${query.slice(0, 120)}`;
  }
  return '';
}

function describeError(fields: Fields, payload: Payload, from: number, end: number): string {
  let code = '';
  let message = '';
  let severity = '';
  let at = from;
  for (let count = 0; count < maxParameters && at < end && payload.bytes[at] !== 0; count++) {
    const kind = String.fromCharCode(payload.bytes[at] ?? 0);
    const text = cString(payload, at + 1);
    const name = errorFields[kind];
    if (name !== undefined) fields.note(name, `${name.slice(6)}: ${text}`, text, at, text.length + 2);
    if (kind === 'C') code = text;
    if (kind === 'M') message = text;
    if (kind === 'S') severity = text;
    at += text.length + 2;
  }
  return ` ${severity} ${code} ${message}`;
}

export const postgresql: Application = {
  name: 'postgresql',
  transports: ['tcp'],
  ports: [port],
  recognise,
  describe,
};
