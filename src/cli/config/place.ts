/** Where the user's files are (XDG Base Directory Specification): under sudo those of the user who called it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** The user behind `sudo`; null where netscope runs as the user that it is. */
export function sudoUser(
  environment: NodeJS.ProcessEnv = process.env,
  passwd: () => string = () => readFileSync('/etc/passwd', 'utf8'),
): Owner | null {
  const name = environment.SUDO_USER ?? '';
  if (name === '' || name === 'root' || process.getuid?.() !== 0) return null;
  try {
    // name:password:uid:gid:comment:home:shell, passwd(5)
    const fields = passwd()
      .split('\n')
      .map((line) => line.split(':'))
      .find((parts) => parts[0] === name);
    const [uid, gid, home] = [Number(fields?.[2]), Number(fields?.[3]), fields?.[5] ?? ''];
    return Number.isInteger(uid) && Number.isInteger(gid) && isAbsolute(home) ? { uid, gid, home } : null;
  } catch {
    return null;
  }
}

const kinds = {
  config: { variable: 'XDG_CONFIG_HOME', fallback: '.config' },
  state: { variable: 'XDG_STATE_HOME', fallback: '.local/state' },
} as const;

/** The path of one of netscope's own files. The specification has relative paths in its variables ignored. */
export function userFile(kind: keyof typeof kinds, name: string, owner: Owner | null = sudoUser()): string {
  const { variable, fallback } = kinds[kind];
  const given = process.env[variable] ?? '';
  const base = isAbsolute(given) ? given : join(owner?.home ?? homedir(), fallback);
  return join(base, 'netscope', name);
}
