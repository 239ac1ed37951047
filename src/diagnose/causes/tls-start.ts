/** The first octets of a side of a connection: a TLS record, or something else. */

export interface TlsStart {
  readonly alert: { readonly code: number; readonly name: string; readonly isFatal: boolean } | null;
}

/** AlertDescription (RFC 8446 section 6). */
const alerts: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  20: 'bad_record_mac',
  22: 'record_overflow',
  40: 'handshake_failure',
  42: 'bad_certificate',
  43: 'unsupported_certificate',
  44: 'certificate_revoked',
  45: 'certificate_expired',
  46: 'certificate_unknown',
  47: 'illegal_parameter',
  48: 'unknown_ca',
  49: 'access_denied',
  50: 'decode_error',
  51: 'decrypt_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  90: 'user_canceled',
  109: 'missing_extension',
  110: 'unsupported_extension',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/** Content type alert or handshake, version 3.x, a length that a record may have (RFC 8446 section 5.1). */
export function readTls(bytes: Uint8Array): TlsStart | null {
  const [type = 0, major = 0, minor = 255, high = 255, low = 0, level = 0, code = -1] = bytes;
  if (bytes.length < 5 || major !== 3 || minor > 4 || ((high << 8) | low) > 0x4000 + 256) return null;
  if (type === 22) return { alert: null };
  if (type !== 21 || bytes.length < 7) return null;
  return { alert: { code, name: alerts[code] ?? `alert ${code}`, isFatal: level === 2 } };
}

/** For people: what is text as text, else in hexadecimal. */
export function firstOctets(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 40));
  const line = head.toString('latin1').split(/[\r\n]/)[0] ?? '';
  if (/^[\x20-\x7e]{2,}$/.test(line)) return `"${line}"`;
  const tls = readTls(bytes);
  const named = tls === null ? '' : tls.alert === null ? ' (a TLS handshake)' : ' (a TLS alert)';
  return `${head.subarray(0, 8).toString('hex')}${named}`;
}
