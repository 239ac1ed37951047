/** MongoDB wire protocol: OP_MSG and the older OP_QUERY and OP_REPLY, with the command and the error of their document. */
import { u16le, u32le } from '../bytes.ts';
import type { Fields } from '../fields.ts';
import { type Application, cString, type Payload } from './application.ts';

const operations: ReadonlyMap<number, string> = new Map([
  [1, 'Reply'],
  [2001, 'Update'],
  [2002, 'Insert'],
  [2004, 'Query'],
  [2005, 'Get More'],
  [2006, 'Delete'],
  [2007, 'Kill Cursors'],
  [2012, 'Compressed'],
  [2013, 'Extensible Message'],
]);
const headerLength = 16;
/** MongoDB's maximum message size. */
const maxLength = 48_000_000;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const maxElements = 32;

function recognise({ bytes, from, end }: Payload): boolean {
  if (end - from < headerLength) return false;
  const length = u32le(bytes, from);
  return (
    length >= headerLength &&
    length <= maxLength &&
    length >= end - from &&
    operations.has(u32le(bytes, from + 12))
  );
}

/** Offset of the first document in the message; -1 without one. */
function documentAt(payload: Payload, operation: number): number {
  const body = payload.from + headerLength;
  if (operation === opMsg) return body + 5;
  if (operation === opReply) return body + 20;
  return operation === opQuery ? body + 4 + cString(payload, body + 4).length + 1 + 8 : -1;
}

function describe(fields: Fields, payload: Payload): void {
  const { bytes, from } = payload;
  const names = [
    ['mongo.message_length', 'Message Length', 0],
    ['mongo.request_id', 'Request ID', 4],
    ['mongo.response_to', 'Response To', 8],
    ['mongo.opcode', 'OpCode', 12],
  ] as const;
  for (const [name, title, offset] of names) {
    const value = u32le(bytes, from + offset);
    fields.note(name, `${title}: ${value}`, value, from + offset, 4);
  }
  const operation = u32le(bytes, from + 12);
  const isReply = u32le(bytes, from + 8) !== 0;
  const document = documentAt(payload, operation);
  const said = document < 0 ? '' : describeDocument(fields, payload, document);
  fields.title('Mongo Wire Protocol');
  fields.summary(
    'MONGO',
    `${isReply ? 'Response' : 'Request'} : ${operations.get(operation) ?? operation}${said}`,
  );
}

/** Elements that say who asks for what, or why not. */
const telling = new Set(['errmsg', 'code', 'codeName', '$db', 'ok', 'user', 'mechanism']);
const fixedSizes: Readonly<Record<number, number>> = {
  1: 8,
  6: 0,
  7: 12,
  8: 1,
  9: 8,
  10: 0,
  16: 4,
  17: 8,
  18: 8,
  19: 16,
  255: 0,
  127: 0,
};

/** The first element's name is the command (BSON specification 1.1). */
function describeDocument(fields: Fields, payload: Payload, from: number): string {
  const { bytes } = payload;
  if (from + 5 > payload.end) return '';
  const end = Math.min(payload.end, from + u32le(bytes, from));
  let said = '';
  let at = from + 4;
  for (let count = 0; count < maxElements && at + 1 < end; count++) {
    const type = bytes[at] ?? 0;
    if (type === 0) break;
    const name = cString(payload, at + 1);
    const valueAt = at + 2 + name.length;
    const size = sizeOf(payload, type, valueAt);
    if (size < 0 || valueAt + size > end) break;
    const value = elementValue(payload, type, valueAt);
    fields.note(
      'mongo.element.name',
      `${name}${value === '' ? '' : `: ${value}`}`,
      name,
      at,
      2 + name.length + size,
    );
    if (count === 0 || telling.has(name)) said += ` ${name}${value === '' ? '' : `=${value}`}`;
    at = valueAt + size;
  }
  return said;
}

/** Octets of a value; -1 for types that cannot be stepped over. */
function sizeOf(payload: Payload, type: number, at: number): number {
  const fixed = fixedSizes[type];
  if (fixed !== undefined) return fixed;
  if (at + 4 > payload.end) return -1;
  if (type === 2 || type === 13 || type === 14) return 4 + u32le(payload.bytes, at);
  if (type === 3 || type === 4 || type === 15) return u32le(payload.bytes, at);
  return type === 5 ? 5 + u32le(payload.bytes, at) : -1;
}

function elementValue(payload: Payload, type: number, at: number): string {
  if (type === 2) return cString(payload, at + 4).slice(0, 120);
  if (type === 16) return `${u32le(payload.bytes, at) | 0}`;
  if (type === 8) return payload.bytes[at] === 1 ? 'true' : 'false';
  if (type === 1) {
    const view = new DataView(payload.bytes.buffer, payload.bytes.byteOffset + at, 8);
    return `${view.getFloat64(0, true)}`;
  }
  return type === 18 && u16le(payload.bytes, at + 4) === 0 ? `${u32le(payload.bytes, at)}` : '';
}

export const mongodb: Application = {
  name: 'mongodb',
  transports: ['tcp'],
  ports: [27017, 27018, 27019],
  recognise,
  describe,
};
