/** FROM and TO of `netscope diagnose`, from what was typed. */
import { parseAddress } from '../netfilter/address.ts';
import type { Container, NamespaceState } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';
import type { DiagnosisEnd } from './model.ts';
import { isUp, plain, type Scene } from './scene.ts';

export type From =
  | { readonly kind: 'inside'; readonly namespace: NamespaceState; readonly container: Container | null }
  | { readonly kind: 'external'; readonly address: string }
  /** A container that does not run has no namespace to send from. */
  | { readonly kind: 'stopped'; readonly container: Container };

export interface Target {
  /** What stands before the port. */
  readonly name: string;
  readonly port: number | null;
  readonly protocol: 'tcp' | 'udp';
  /** What the client speaks, where a URL says so. */
  readonly speaks: 'tls' | 'http' | null;
}

function unknownEnd(what: string, why: string, todo: string): NetscopeError {
  return new NetscopeError({ tried: `diagnose ${what}`, why, todo, status: exitStatus.usage });
}

/** @throws NetscopeError (usage) for what is no container, namespace or address. */
export function parseFrom(text: string, scene: Scene): From {
  if (text.startsWith('external:')) {
    const address = text.slice('external:'.length).replace(/^\[(.*)\]$/, '$1');
    if (parseAddress(address) === null) {
      throw unknownEnd(`from ${text}`, `"${address}" is no address`, 'write it as external:203.0.113.9');
    }
    return { kind: 'external', address };
  }
  const container = scene.container(text) ?? null;
  if (container !== null) {
    const own = container.namespace === undefined ? undefined : scene.namespace(container.namespace);
    return own === undefined ? { kind: 'stopped', container } : { kind: 'inside', namespace: own, container };
  }
  const found = scene.lookup.namespaceByName(text);
  const namespace = found === undefined ? undefined : scene.namespace(found.id);
  if (namespace === undefined) {
    const names = scene.lookup.topology.namespaces.map(({ name }) => name).join(', ');
    throw unknownEnd(
      `from ${text}`,
      'there is no container or namespace of that name',
      `choose one of: ${names}`,
    );
  }
  return { kind: 'inside', namespace, container: null };
}

/** @throws NetscopeError (usage) for a port that is none. */
export function parseTarget(given: string): Target {
  const url = /^(https?|tls):\/\/([^/?#]+)/.exec(given);
  const text = url?.[2] ?? given;
  const match =
    /^(?:\[([^\]]+)\]|([^:]+)|([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*))(?::(\d+))?(?:\/(tcp|udp))?$/.exec(
      text,
    );
  const name = match?.[1] ?? match?.[2] ?? match?.[3];
  if (name !== undefined && /^fe[89ab][0-9a-f]:/i.test(name)) {
    throw unknownEnd(
      `to ${given}`,
      'a link-local address means another host on every link',
      'write the global address of that host',
    );
  }
  const usual = url === null ? null : url[1] === 'http' ? 80 : 443;
  const port = match?.[4] === undefined ? usual : Number(match[4]);
  if (name === undefined || (port !== null && (port < 1 || port > 65535))) {
    throw unknownEnd(
      `to ${given}`,
      'it is no name or address with a port',
      'write it as db:3306, 192.0.2.1:53/udp or [2001:db8::1]:80',
    );
  }
  const speaks = url === null ? null : url[1] === 'http' ? 'http' : 'tls';
  return { name, port, protocol: match?.[5] === 'udp' ? 'udp' : 'tcp', speaks };
}

/** The addresses of a container, those of the engine's endpoints first, else those of its links. */
export function addressesOf(container: Container, scene: Scene): readonly string[] {
  const own = container.endpoints
    .flatMap(({ address, address6 }) => [address, address6])
    .filter((one) => one !== '');
  if (own.length > 0) return own;
  const namespace = container.namespace === undefined ? undefined : scene.namespace(container.namespace);
  return namespace === undefined ? [] : globalAddresses(namespace);
}

export function globalAddresses({ links }: NamespaceState): readonly string[] {
  return links
    .filter((link) => link.kind !== 'loopback' && isUp(link))
    .flatMap(({ addresses }) =>
      addresses.filter(({ scope }) => scope === 'global').map(({ cidr }) => plain(cidr)),
    );
}

export function fromEnd(text: string, from: From, scene: Scene): DiagnosisEnd {
  const base = { given: text, port: null, protocol: 'tcp' as const };
  switch (from.kind) {
    case 'external':
      return { ...base, kind: 'external', namespace: null, container: null, address: from.address };
    case 'stopped':
      return { ...base, kind: 'container', namespace: null, container: from.container.name, address: null };
    case 'inside': {
      const { namespace, container } = from;
      return {
        ...base,
        kind: container !== null ? 'container' : namespace.host ? 'host' : 'namespace',
        namespace: scene.nameOf(namespace),
        container: container?.name ?? null,
        address: globalAddresses(namespace)[0] ?? null,
      };
    }
  }
}
