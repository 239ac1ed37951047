/** What a service says when it refuses, from its first octets. */
import { type RefusalCause, refusalCause } from '../refusal-codes.ts';

export interface Refusal {
  readonly cause: RefusalCause;
  readonly server: string;
  readonly code: string;
  readonly text: string;
}

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
  const cause = refusalCause('mysql', String(code));
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
  // A role that does not exist is netscope's own, who asked.
  if (code === '28000' && !text.includes('pg_hba.conf')) return null;
  const cause = refusalCause('postgresql', code);
  return cause === null ? null : { cause, server: 'PostgreSQL', code, text };
}

function redis(bytes: Uint8Array): Refusal | null {
  const line = /^-([^\r\n]+)/.exec(latin(bytes.subarray(0, 1024)))?.[1];
  if (line === undefined) return null;
  const code = /^\S+/.exec(line)?.[0] ?? '';
  const cause = refusalCause('redis', /max number of clients/.test(line) ? 'max clients' : code);
  return cause === null ? null : { cause, server: 'Redis', code, text: line };
}
