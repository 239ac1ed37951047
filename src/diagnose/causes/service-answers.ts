/** What a service says when it refuses, from its first octets. */

export interface Refusal {
  readonly cause: 'db-access-denied' | 'db-too-many-connections';
  readonly server: string;
  readonly code: string;
  readonly text: string;
}

/** MySQL: ER_HOST_NOT_PRIVILEGED, ER_ACCESS_DENIED_ERROR, ER_HOST_IS_BLOCKED, ER_CON_COUNT_ERROR. */
const mysqlDenied: ReadonlySet<number> = new Set([1044, 1045, 1129, 1130, 1698]);
const mysqlFull: ReadonlySet<number> = new Set([1040, 1203]);

/** The refusal in what a server sent; null when it is none. */
export function readRefusal(bytes: Uint8Array): Refusal | null {
  return mysql(bytes) ?? postgresql(bytes) ?? redis(bytes);
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** An ERR packet: length (3, little endian), sequence, 0xff, code (2, little endian), text. */
function mysql(bytes: Uint8Array): Refusal | null {
  if (bytes.length < 8 || bytes[4] !== 0xff) return null;
  const length = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16);
  const code = (bytes[5] ?? 0) | ((bytes[6] ?? 0) << 8);
  const cause = mysqlDenied.has(code)
    ? 'db-access-denied'
    : mysqlFull.has(code)
      ? 'db-too-many-connections'
      : null;
  if (cause === null) return null;
  const text = latin(bytes.subarray(7, 4 + length)).replace(/^#[0-9A-Z]{5}/, '');
  return { cause, server: 'MySQL', code: String(code), text };
}

/** ErrorResponse: 'E', length (4), fields of a type octet and a string that ends with 0. */
function postgresql(bytes: Uint8Array): Refusal | null {
  if (bytes[0] !== 0x45 || bytes.length < 7) return null;
  const fields = new Map(
    latin(bytes.subarray(5))
      .split('\0')
      .map((field) => [field[0] ?? '', field.slice(1)]),
  );
  const code = fields.get('C') ?? '';
  const text = fields.get('M') ?? '';
  if (code === '53300') return { cause: 'db-too-many-connections', server: 'PostgreSQL', code, text };
  // A role that does not exist is netscope's own, who asked.
  if (code === '28000' && !text.includes('pg_hba.conf')) return null;
  return /^(28|3D)/.test(code) ? { cause: 'db-access-denied', server: 'PostgreSQL', code, text } : null;
}

function redis(bytes: Uint8Array): Refusal | null {
  const line = /^-([^\r\n]+)/.exec(latin(bytes.subarray(0, 1024)))?.[1];
  if (line === undefined) return null;
  const code = /^\S+/.exec(line)?.[0] ?? '';
  if (/max number of clients/.test(line))
    return { cause: 'db-too-many-connections', server: 'Redis', code, text: line };
  return /^(DENIED|NOAUTH|WRONGPASS|NOPERM)$/.test(code)
    ? { cause: 'db-access-denied', server: 'Redis', code, text: line }
    : null;
}
