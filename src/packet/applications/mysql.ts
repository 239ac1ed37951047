/** MySQL and MariaDB client/server protocol (MySQL internals manual, "Client/Server Protocol"). */
import { u16le, u32le } from '../bytes.ts';
import type { Fields } from '../fields.ts';
import { type Application, cString, hasPort, type Payload } from './application.ts';

const port = 3306;
const headerLength = 4;
const protocolTen = 10;
const errorMarker = 0xff;
const okMarker = 0x00;
const capabilityProtocol41 = 0x0200;
const capabilitySsl = 0x0800;
const capabilityConnectWithDb = 0x0008;
const commands: Readonly<Record<number, string>> = {
  1: 'Quit',
  2: 'Use Database',
  3: 'Query',
  4: 'Show Fields',
  14: 'Ping',
  17: 'Change User',
  22: 'Prepare Statement',
  23: 'Execute Statement',
  25: 'Close Statement',
};
const query = 3;
const prepare = 22;
const useDatabase = 2;

function packetLength(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

function isGreeting(payload: Payload): boolean {
  const { bytes, from, end } = payload;
  if (end - from < 12 || bytes[from + 3] !== 0 || bytes[from + 4] !== protocolTen) return false;
  return (
    packetLength(bytes, from) + headerLength <= end - from + 1 &&
    /^\d+\.\d+/.test(cString(payload, from + 5).slice(0, 20))
  );
}

/** A refusal before the greeting (too many connections, host not allowed) or after the login. */
function isError(payload: Payload): boolean {
  const { bytes, from, end } = payload;
  if (end - from < 8 || bytes[from + 4] !== errorMarker || (bytes[from + 3] ?? 0) > 8) return false;
  const code = u16le(bytes, from + 5);
  return code >= 1000 && code < 5000 && packetLength(bytes, from) === end - from - headerLength;
}

function recognise(payload: Payload, onPort: boolean): boolean {
  if (isGreeting(payload) || isError(payload)) return true;
  if (!onPort) return false;
  const { bytes, from, end } = payload;
  return (
    end - from > headerLength &&
    packetLength(bytes, from) <= end - from - headerLength &&
    packetLength(bytes, from) > 0
  );
}

function describe(fields: Fields, payload: Payload): void {
  const { bytes, from, end } = payload;
  const at = from + headerLength;
  const length = packetLength(bytes, from);
  fields.note('mysql.packet_length', `Packet Length: ${length}`, length, from, 3);
  const sequence = fields.number('mysql.packet_number', 'Packet Number', from + 3, 1);
  fields.title('MySQL Protocol');
  const toServer = payload.destinationPort === port && payload.sourcePort !== port;
  if (isGreeting(payload)) {
    describeGreeting(fields, payload, at);
  } else if (!toServer && isError(payload)) {
    describeError(fields, payload, at);
  } else if (toServer && sequence === 1 && end - at >= 32) {
    describeLogin(fields, payload, at);
  } else if (toServer && sequence === 0) {
    describeCommand(fields, payload, at);
  } else {
    const accepted = bytes[at] === okMarker && length >= 7 && hasPort(payload, port);
    fields.summary('MySQL', accepted ? 'Response OK' : `packet ${sequence}`);
  }
}

function describeGreeting(fields: Fields, payload: Payload, at: number): void {
  fields.number('mysql.protocol', 'Protocol', at, 1);
  const version = cString(payload, at + 1);
  fields.note('mysql.version', `Version: ${version}`, version, at + 1, version.length + 1);
  const thread = at + 2 + version.length;
  if (fields.has(thread, 4)) {
    const id = u32le(payload.bytes, thread);
    fields.note('mysql.thread_id', `Thread ID: ${id}`, id, thread, 4);
  }
  fields.summary('MySQL', `Server Greeting proto=10 version=${version}`);
}

function describeError(fields: Fields, payload: Payload, at: number): void {
  const code = u16le(payload.bytes, at + 1);
  fields.note('mysql.error_code', `Error Code: ${code}`, code, at + 1, 2);
  const hasState = payload.bytes[at + 3] === 0x23;
  if (hasState) fields.text('mysql.sqlstate', 'SQL state', at + 4, 5);
  const messageAt = at + (hasState ? 9 : 3);
  const end = Math.min(payload.end, payload.from + headerLength + packetLength(payload.bytes, payload.from));
  const message = fields.text('mysql.error.message', 'Error message', messageAt, end - messageAt);
  fields.summary('MySQL', `Response Error ${code} ${message}`);
}

function describeLogin(fields: Fields, payload: Payload, at: number): void {
  const { bytes, end } = payload;
  const capabilities = u16le(bytes, at);
  if ((capabilities & capabilityProtocol41) === 0) {
    fields.summary('MySQL', 'Login Request');
    return;
  }
  // An SSL request is a login cut off before the user.
  if ((capabilities & capabilitySsl) !== 0 && end - at === 32) {
    fields.summary('MySQL', 'Login Request (switch to TLS)');
    return;
  }
  const user = cString(payload, at + 32);
  fields.note('mysql.user', `Username: ${user}`, user, at + 32, user.length + 1);
  let said = `Login Request user=${user}`;
  const secretAt = at + 33 + user.length;
  const databaseAt = secretAt + 1 + (bytes[secretAt] ?? 0);
  if ((capabilities & capabilityConnectWithDb) !== 0 && databaseAt < end) {
    const schema = cString(payload, databaseAt);
    fields.note('mysql.schema', `Schema: ${schema}`, schema, databaseAt, schema.length + 1);
    said += ` db=${schema}`;
  }
  fields.summary('MySQL', said);
}

function describeCommand(fields: Fields, payload: Payload, at: number): void {
  const command = fields.number(
    'mysql.command',
    'Command',
    at,
    1,
    (value) => `${commands[value] ?? 'Unknown'} (${value})`,
  );
  let said = `Request ${commands[command] ?? `command ${command}`}`;
  if (command === query || command === prepare || command === useDatabase) {
    const name = command === useDatabase ? 'mysql.schema' : 'mysql.query';
    said += ` ${fields.text(name, command === useDatabase ? 'Schema' : 'Statement', at + 1, payload.end - at - 1).slice(0, 120)}`;
  }
  fields.summary('MySQL', said);
}

export const mysql: Application = { name: 'mysql', transports: ['tcp'], ports: [port], recognise, describe };
