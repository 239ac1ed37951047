/** HTTP/2 (RFC 9113): the client's preface, and the frames. */
import { u24, u32 } from '../bytes.ts';
import type { Fields } from '../fields.ts';
import { type Application, type Payload, startsWith } from './application.ts';

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const frameTypes = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;
const settings = 4;
const frameHeader = 9;
const maxFrames = 64;
/** A first SETTINGS frame names at most a few parameters of six octets. */
const maxSettingsLength = 120;

/** The server's first frame is SETTINGS on stream 0 (RFC 9113 3.4). */
function isSettings(payload: Payload): boolean {
  const { bytes, from, end } = payload;
  if (from + frameHeader > end || bytes[from + 3] !== settings || (bytes[from + 4] ?? 0) > 1) return false;
  const length = u24(bytes, from);
  return length % 6 === 0 && length <= maxSettingsLength && u32(bytes, from + 5) === 0;
}

function describe(fields: Fields, payload: Payload): void {
  const said: string[] = [];
  let at = payload.from;
  if (startsWith(payload, preface.slice(0, 18))) {
    fields.note('http2.magic', 'Magic: PRI * HTTP/2.0', 'PRI * HTTP/2.0', at, preface.length);
    said.push('Magic');
    at += preface.length;
  }
  for (let count = 0; count < maxFrames && at + frameHeader <= payload.end; count++) {
    const start = at;
    const length = u24(payload.bytes, start);
    const type = payload.bytes[start + 3] ?? 0;
    const stream = u32(payload.bytes, start + 5) & 0x7fffffff;
    const name = frameTypes[type] ?? `type ${type}`;
    said.push(`${name}[${stream}]`);
    fields.group('http2.stream', start, frameHeader + length, () => {
      fields.number('http2.length', 'Length', start, 3);
      fields.number('http2.type', 'Type', start + 3, 1, (value) => `${name} (${value})`);
      fields.number('http2.flags', 'Flags', start + 4, 1);
      fields.bits('http2.streamid', 'Stream Identifier', start + 5, 4, 0x7fffffff);
      return `Stream: ${name}, Stream ID: ${stream}, Length ${length}`;
    });
    at += frameHeader + length;
  }
  fields.title('HyperText Transfer Protocol 2');
  fields.summary('HTTP2', said.join(', '));
}

export const http2: Application = {
  name: 'http2',
  transports: ['tcp'],
  ports: [],
  recognise: (payload) => startsWith(payload, preface.slice(0, 18)) || isSettings(payload),
  describe,
};
