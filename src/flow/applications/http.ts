/** HTTP/1 (RFC 9112): the status of the first answer. */
import type { Look, Payload } from './follower.ts';
import { isTlsRecord, mismatch, textAt } from './follower.ts';

/** Octets of an answer in which an explanation is looked for. */
const lookedAt = 2000;

function bodyOf({ bytes, from, end }: Payload): string {
  return Buffer.from(bytes.subarray(from, Math.min(end, from + lookedAt))).toString('latin1');
}

export const lookAtHttp: Look = (payload) => {
  if (payload.fromSource) return null;
  const status = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(textAt(payload, payload.from));
  if (status === null) {
    return isTlsRecord(payload) ? mismatch('the client speaks plain HTTP, the server TLS') : 'done';
  }
  const [, code = '', reason = ''] = status;
  const note = `http status ${code}${reason === '' ? '' : ` ${reason}`}`;
  if (code < '200') return null;
  // What nginx, Apache and Go's server say to plain text on the port of TLS.
  const wantsTls =
    code === '400' && /HTTP request (was sent )?to (an )?HTTPS (port|server)/.test(bodyOf(payload));
  if (wantsTls) return mismatch('the client speaks plain HTTP, the server TLS');
  return code < '400' ? 'done' : { note, code, text: reason, isProblem: code >= '500' };
};
