/** Where Docker and Podman listen. */
import { existsSync } from 'node:fs';
import { exitStatus, NetscopeError } from '../../util/errors.ts';
import type { EngineAddress } from './http.ts';

export interface EngineSockets {
  readonly addresses: readonly EngineAddress[];
  /** The user named it (`--docker-host`, DOCKER_HOST): then it must answer. */
  readonly explicit: boolean;
}

/**
 * @param host `--docker-host`; else DOCKER_HOST; else the usual sockets that exist, also those of PID 1's root.
 * @throws NetscopeError (usage) for an address that is neither `unix://` nor `tcp://`.
 */
export function engineSockets(host: string | undefined): EngineSockets {
  const named = host ?? process.env.DOCKER_HOST;
  if (named !== undefined && named !== '') return { addresses: [parseAddress(named)], explicit: true };
  const usual = [
    ['/var/run/docker.sock', '/run/docker.sock', '/proc/1/root/run/docker.sock'],
    ['/run/podman/podman.sock', '/proc/1/root/run/podman/podman.sock'],
    ...userFolders().flatMap((folder) => [[`${folder}/docker.sock`], [`${folder}/podman/podman.sock`]]),
  ];
  const addresses = usual.flatMap((paths) => {
    const path = paths.find((candidate) => existsSync(candidate));
    return path === undefined ? [] : [{ kind: 'unix', path } as const];
  });
  return { addresses, explicit: false };
}

/**
 * Of this user, and of the one who called sudo(8). Not of others (pam_systemd(8), XDG_RUNTIME_DIR): whatever listens there could
 * tell root any name for any process, and keep it waiting.
 */
function userFolders(): readonly string[] {
  const { XDG_RUNTIME_DIR: own, SUDO_UID: caller } = process.env;
  const called = caller !== undefined && /^\d+$/.test(caller) ? [`/run/user/${caller}`] : [];
  return [...new Set([...(own === undefined ? [] : [own]), ...called])];
}

function parseAddress(text: string): EngineAddress {
  if (text.startsWith('/')) return { kind: 'unix', path: text };
  const unix = /^unix:\/\/(\/.+)$/.exec(text)?.[1];
  if (unix !== undefined) return { kind: 'unix', path: unix };
  const [, host, port] = /^(?:tcp|http):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text) ?? [];
  if (host !== undefined) {
    return { kind: 'tcp', host: host.replace(/^\[(.+)\]$/, '$1'), port: Number(port ?? 2375) };
  }
  throw new NetscopeError({
    tried: `use the engine at ${text}`,
    why: 'it is neither unix:///path nor tcp://host:port',
    todo: 'give --docker-host unix:///var/run/docker.sock, or nothing for the usual sockets',
    status: exitStatus.usage,
  });
}

export function addressText(address: EngineAddress): string {
  return address.kind === 'unix' ? address.path : `tcp://${address.host}:${address.port}`;
}
