/** HTTP/1 (RFC 9112): request and status lines, and the headers that people look for. */
import type { Fields } from '../fields.ts';
import { type Application, firstLine, lineAt, type Payload } from './application.ts';

const requestStart =
  /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|REPORT|M-SEARCH|NOTIFY|SUBSCRIBE) (\S+)( HTTP\/1\.[01])?/;
const statusStart = /^(HTTP\/1\.[01]) (\d{3})(?: (.*))?$/;
const maxLine = 2048;
const maxHeaders = 64;

const headers: Readonly<Record<string, string>> = {
  host: 'http.host',
  'user-agent': 'http.user_agent',
  server: 'http.server',
  location: 'http.location',
  'content-type': 'http.content_type',
  'content-length': 'http.content_length_header',
  'transfer-encoding': 'http.transfer_encoding',
  upgrade: 'http.upgrade',
  connection: 'http.connection',
};

const capitalA = 65;
const capitalZ = 90;

/** A request method is upper case: one look at the first octet spares the text. */
function recognise(payload: Payload): boolean {
  const first = payload.bytes[payload.from] ?? 0;
  if (first < capitalA || first > capitalZ) return false;
  const line = firstLine(payload, 32);
  return (
    /^HTTP\/1\.[01] \d/.test(line) ||
    /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|REPORT|M-SEARCH|NOTIFY|SUBSCRIBE) [/*a-zA-Z0-9[]/.test(
      line,
    )
  );
}

function describe(fields: Fields, payload: Payload): void {
  const line = firstLine(payload, maxLine);
  const request = requestStart.exec(line);
  const status = statusStart.exec(line);
  const at = payload.from;
  if (request !== null) {
    const [, method = '', uri = '', version = ''] = request;
    fields.note('http.request.method', `Request Method: ${method}`, method, at, method.length);
    fields.note('http.request.uri', `Request URI: ${uri}`, uri, at + method.length + 1, uri.length);
    if (version !== '') {
      const from = at + method.length + uri.length + 2;
      fields.note(
        'http.request.version',
        `Request Version:${version}`,
        version.trim(),
        from,
        version.length - 1,
      );
    }
  } else if (status !== null) {
    const [, version = '', code = '', phrase = ''] = status;
    fields.note('http.response.version', `Response Version: ${version}`, version, at, version.length);
    fields.note('http.response.code', `Status Code: ${code}`, Number(code), at + version.length + 1, 3);
    if (phrase !== '')
      fields.note(
        'http.response.phrase',
        `Response Phrase: ${phrase}`,
        phrase,
        at + version.length + 5,
        phrase.length,
      );
  }
  describeHeaders(fields, payload, at + line.length);
  fields.title('Hypertext Transfer Protocol');
  fields.summary('HTTP', line);
}

function describeHeaders(fields: Fields, payload: Payload, from: number): void {
  let at = from;
  for (let count = 0; count < maxHeaders; count++) {
    if (payload.bytes[at] === 13) at++;
    if (at >= payload.end || payload.bytes[at] !== 10) return;
    at++;
    const line = lineAt(payload, at, maxLine);
    if (line === '') return;
    const colon = line.indexOf(':');
    const field = colon > 0 ? headers[line.slice(0, colon).toLowerCase()] : undefined;
    if (field !== undefined)
      fields.note(
        field,
        line,
        line.slice(colon + 1).trim(),
        at,
        line.length + lineEnd(payload, at + line.length),
      );
    at += line.length;
  }
}

/** Octets of CR and LF at `at`. */
function lineEnd({ bytes, end }: Payload, at: number): number {
  let next = at;
  if (next < end && bytes[next] === 13) next++;
  if (next < end && bytes[next] === 10) next++;
  return next - at;
}

export const http: Application = {
  name: 'http',
  transports: ['tcp', 'udp'],
  ports: [80, 8080, 8000, 2375, 3128, 5000, 9090, 9200],
  recognise,
  describe,
};
