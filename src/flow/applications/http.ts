/** HTTP/1 (RFC 9112): the status of the first answer. */
import type { Look } from './follower.ts';
import { textAt } from './follower.ts';

export const lookAtHttp: Look = (payload) => {
  if (payload.fromSource) return null;
  const status = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(textAt(payload, payload.from));
  if (status === null) return 'done';
  const [, code = '', reason = ''] = status;
  const note = `http status ${code}${reason === '' ? '' : ` ${reason}`}`;
  if (code < '200') return null;
  return code < '400' ? 'done' : { note, isProblem: code >= '500' };
};
