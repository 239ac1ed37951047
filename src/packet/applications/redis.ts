/** Redis serialization protocol (RESP 2 and 3). */
import type { Fields } from '../fields.ts';
import { type Application, lineAt, type Payload } from './application.ts';

const port = 6379;
/** Array of bulk strings: how every client sends commands. */
const commandStart = /^\*\d{1,7}$/;
const bulkStart = /^\$\d{1,9}$/;
const replyStart = /^(\+[\w .:-]*|-[A-Z]+( .*)?|:-?\d+|\$-?\d+|\*-?\d+|_|#[tf]|%\d+|~\d+)$/;
const errorStart =
  /^-(ERR|NOAUTH|WRONGPASS|WRONGTYPE|MOVED|ASK|LOADING|BUSY|READONLY|NOPERM|DENIED|CLUSTERDOWN|MASTERDOWN|OOM|EXECABORT|NOSCRIPT|MISCONF) /;
const inlineCommand = /^(PING|AUTH|INFO|HELLO|QUIT|SELECT|GET|SET|COMMAND|CLIENT|ECHO)\b/i;
const maxItems = 16;
const maxLine = 512;

/** First octets of RESP: anything else is decided by one comparison. */
const marks = new Set([0x2a, 0x2b, 0x2d, 0x3a, 0x24, 0x5f, 0x23, 0x25, 0x7e]);

function recognise(payload: Payload, onPort: boolean): boolean {
  const first = payload.bytes[payload.from] ?? 0;
  if (!marks.has(first)) return onPort && inlineCommand.test(lineAt(payload, payload.from, 16));
  const line = lineAt(payload, payload.from, maxLine);
  if (commandStart.test(line)) {
    const next = payload.from + line.length + 2;
    return next >= payload.end ? onPort : bulkStart.test(lineAt(payload, next, 16)) || onPort;
  }
  return onPort ? replyStart.test(line) : errorStart.test(line);
}

function describe(fields: Fields, payload: Payload): void {
  const first = lineAt(payload, payload.from, maxLine);
  fields.title('Redis Serialization Protocol');
  if (!first.startsWith('*')) {
    const kind = first.startsWith('-') ? 'Error' : 'Reply';
    if (marks.has(first.charCodeAt(0))) {
      fields.note(
        kind === 'Error' ? 'resp.error' : 'resp.value',
        `${kind}: ${first}`,
        first.slice(1),
        payload.from,
        first.length,
      );
      fields.summary('RESP', `${kind}: ${first.slice(1)}`);
    } else {
      fields.note('resp.command', `Inline command: ${first}`, first, payload.from, first.length);
      fields.summary('RESP', `Request: ${first}`);
    }
    return;
  }
  const items: string[] = [];
  let at = payload.from + first.length + 2;
  for (let count = 0; count < maxItems && at < payload.end; count++) {
    const size = lineAt(payload, at, 16);
    if (!bulkStart.test(size)) break;
    const textAt = at + size.length + 2;
    const length = Number(size.slice(1));
    const text = fields.text(
      items.length === 0 ? 'resp.command' : 'resp.argument',
      items.length === 0 ? 'Command' : 'Argument',
      textAt,
      Math.min(length, maxLine),
    );
    // A password is not put on the screen because somebody looked at a packet.
    items.push(items.length > 0 && /^(auth|hello)$/i.test(items[0] ?? '') ? '***' : text);
    at = textAt + length + 2;
  }
  fields.summary('RESP', `${payload.destinationPort === port ? 'Request' : 'Array'}: ${items.join(' ')}`);
}

export const redis: Application = {
  name: 'redis',
  transports: ['tcp'],
  ports: [port, 26379],
  recognise,
  describe,
};
