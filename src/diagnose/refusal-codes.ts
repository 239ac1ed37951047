/** What the codes mean with which databases refuse a client: who it is, or that there are too many. */

export type RefusalCause = 'db-access-denied' | 'db-too-many-connections';

interface Codes {
  readonly denied: RegExp;
  readonly full: RegExp;
}

const codes = {
  // ER_DBACCESS_DENIED_ERROR, ER_ACCESS_DENIED_ERROR, ER_HOST_IS_BLOCKED, ER_HOST_NOT_PRIVILEGED, ER_ACCESS_DENIED_NO_PASSWORD;
  // ER_CON_COUNT_ERROR, ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED.
  mysql: { denied: /^(?:1044|1045|1129|1130|1698)$/, full: /^(?:1040|1203|1226)$/ },
  // Classes 28 and 3D of PostgreSQL's appendix A: invalid authorization, invalid catalog name; too_many_connections.
  postgresql: { denied: /^(?:28|3D)/, full: /^53300$/ },
  // The second is no code of the protocol: netscope's for "ERR max number of clients reached".
  redis: { denied: /^(?:NOAUTH|WRONGPASS|DENIED|NOPERM)$/, full: /^max clients$/ },
  // UserNotFound, Unauthorized, AuthenticationFailed, and Atlas's own.
  mongodb: { denied: /^(?:11|13|18|8000)$/, full: /^$/ },
} as const satisfies Readonly<Record<string, Codes>>;

export function refusalCause(database: keyof typeof codes, code: string): RefusalCause | null {
  const { denied, full } = codes[database];
  if (denied.test(code)) return 'db-access-denied';
  return full.test(code) ? 'db-too-many-connections' : null;
}
