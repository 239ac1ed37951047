/** Builds host snapshots for tests: short to write, and validated by the schema that real ones meet. */
import type { z } from 'zod';
import { type HostSnapshot, snapshotSchema } from '../../src/snapshot/schema.ts';

type Input = z.input<typeof snapshotSchema>;
export type NamespaceInput = Omit<Input['namespaces'][number], 'id'>;
export type LinkInput = NonNullable<Input['namespaces'][number]['links']>[number];
export type ContainerInput = NonNullable<Input['containers']>[number];
type NetworkInput = NonNullable<Input['networks']>[number];

/** `net:[inode]` of the n-th namespace of a test. */
export function ns(number: number): string {
  return `net:[${4026531840 + number}]`;
}

export interface Given {
  /** Namespaces by number; 0 is the host. */
  readonly namespaces: Readonly<Record<number, NamespaceInput>>;
  readonly containers?: readonly ContainerInput[];
  readonly networks?: readonly NetworkInput[];
}

export function buildSnapshot({ namespaces, containers = [], networks = [] }: Given): HostSnapshot {
  return snapshotSchema.parse({
    schema: 'netscope.snapshot/1',
    takenAt: '2026-01-01T00:00:00Z',
    host: { hostname: 'testhost', kernel: '6.18.0', engines: [{ kind: 'docker', version: '28.1.0' }] },
    namespaces: Object.entries(namespaces).map(([number, namespace]) => ({
      host: number === '0',
      ...namespace,
      id: ns(Number(number)),
    })),
    containers: [...containers],
    networks: [...networks],
  } satisfies Input);
}

const up = { flags: ['up', 'broadcast', 'running', 'multicast', 'lower_up'], operstate: 'UP', mtu: 1500 };

/** A link that is up, with addresses given as text. */
export function link(
  index: number,
  name: string,
  kind: string,
  more: Omit<LinkInput, 'index' | 'name' | 'kind' | 'addresses'> & {
    readonly addresses?: readonly string[];
  } = {},
): LinkInput {
  const { addresses = [], ...rest } = more;
  return { ...up, ...rest, index, name, kind, addresses: addresses.map((cidr) => ({ cidr })) };
}

export const loopback: LinkInput = {
  ...link(1, 'lo', 'loopback', { addresses: ['127.0.0.1/8', '::1/128'], mtu: 65536 }),
  operstate: 'UNKNOWN',
};

/** A container of Docker; `number` is its namespace's. */
export function container(
  name: string,
  namespace: number | null,
  networkMode: string,
  more: Partial<ContainerInput> = {},
): ContainerInput {
  return {
    id: idOf(name),
    name,
    engine: 'docker',
    state: namespace === null ? 'exited' : 'running',
    networkMode,
    ...(namespace === null ? {} : { namespace: ns(namespace) }),
    ...more,
  };
}

/** 64 hexadecimal digits that depend on the name. */
export function idOf(name: string): string {
  let state = 2166136261;
  let id = '';
  for (let round = 0; id.length < 64; round++) {
    for (const character of `${name}${round}`) {
      state = Math.imul(state ^ character.charCodeAt(0), 16777619) >>> 0;
    }
    id += state.toString(16).padStart(8, '0');
  }
  return id.slice(0, 64);
}

export function defaultRoute(gateway: string, index: number, name: string) {
  return { family: 'ip' as const, destination: 'default', gateway, interfaceIndex: index, interface: name };
}
