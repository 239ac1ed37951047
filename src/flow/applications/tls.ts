/** TLS alerts before encryption hides them (RFC 8446 section 6). */
import { type Look, mismatch } from './follower.ts';

const alertRecord = 21;
const applicationData = 23;
const fatal = 2;

const descriptions: Readonly<Record<number, string>> = {
  10: 'unexpected message',
  20: 'bad record mac',
  40: 'handshake failure',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  47: 'illegal parameter',
  48: 'unknown ca',
  49: 'access denied',
  50: 'decode error',
  51: 'decrypt error',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  109: 'missing extension',
  110: 'unsupported extension',
  112: 'unrecognized name',
  113: 'bad certificate status response',
  115: 'unknown psk identity',
  116: 'certificate required',
  120: 'no application protocol',
};

export const lookAtTls: Look = ({ bytes, from, end, fromSource }, isFirst) => {
  const type = bytes[from] ?? 0;
  // Record types go from 20 to 24, versions begin with 3: a server that says something else speaks plain text.
  const isRecord = type >= 20 && type <= 24 && (end - from < 2 || bytes[from + 1] === 3);
  if (!fromSource && isFirst && !isRecord) return mismatch('the client speaks TLS, the server plain text');
  if (type === applicationData) return 'done';
  // An encrypted alert is longer than its two octets.
  if (type !== alertRecord || end - from < 7 || bytes[from + 3] !== 0 || bytes[from + 4] !== 2) return null;
  if (bytes[from + 5] !== fatal) return null;
  const code = bytes[from + 6] ?? 0;
  const sender = fromSource ? 'client' : 'server';
  const text = descriptions[code] ?? `code ${code}`;
  return {
    note: `tls alert from the ${sender}: ${text}`,
    code: `alert ${code}`,
    text: `${sender}: fatal ${text}`,
    isProblem: true,
  };
};
