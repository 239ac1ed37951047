/**
 * What a container's runtime was told of it: config.json of its bundle (opencontainers/runtime-spec, config.md), which
 * containerd, Podman and CRI-O leave where root can read it. With it a container whose engine was not asked has a name.
 */
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { hostRoots } from './files.ts';

const bundleSchema = z.object({
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((value) => value ?? {}),
  linux: z.object({
    cgroupsPath: z.string().nullish(),
    namespaces: z.array(z.object({ type: z.string(), path: z.string().nullish() })),
  }),
});

export interface Bundle {
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroup: string;
  /** `own`: the runtime made one; a path: that one was joined. */
  readonly network: 'host' | 'own' | { readonly path: string };
}

/** undefined where there is none, or this user may not read it. */
export function readBundle(folder: string): Bundle | undefined {
  const file = hostRoots.map((root) => `${root}${folder}/config.json`).find((path) => existsSync(path));
  if (file === undefined) return undefined;
  try {
    const { annotations, linux } = bundleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const network = linux.namespaces.find(({ type }) => type === 'network');
    return {
      annotations,
      cgroup: linux.cgroupsPath ?? '',
      network: network === undefined ? 'host' : network.path ? { path: network.path } : 'own',
    };
  } catch {
    return undefined;
  }
}
