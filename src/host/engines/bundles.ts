/**
 * What a container's runtime was told of it: config.json of its bundle (opencontainers/runtime-spec, config.md), which
 * containerd, Podman and CRI-O leave where root can read it. With it a container whose engine was not asked has a name.
 */
import { z } from 'zod';
import { readInRootOf } from '../process-files.ts';

const bundleSchema = z.object({
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  linux: z.object({
    namespaces: z.array(z.object({ type: z.string(), path: z.string().nullish() })),
  }),
});

export interface Bundle {
  readonly annotations: Readonly<Record<string, string>>;
  /** `own`: the runtime made one; a path: that one was joined. */
  readonly network: 'host' | 'own' | { readonly path: string };
}

/**
 * @param pid a process of the engine's own: the folder is below its root. A user may have chosen it: nothing but a regular file is
 *   read, and at most 64 kB of it.
 * @returns undefined where there is none, or this user may not read it.
 */
export function readBundle(folder: string, pid: number): Bundle | undefined {
  const text = readInRootOf(pid, `${folder.replace(/^\/+/, '')}/config.json`);
  if (text === undefined) return undefined;
  try {
    const { annotations, linux } = bundleSchema.parse(JSON.parse(text));
    const network = linux.namespaces.find(({ type }) => type === 'network');
    return {
      annotations,
      network: network === undefined ? 'host' : network.path ? { path: network.path } : 'own',
    };
  } catch {
    return undefined;
  }
}
