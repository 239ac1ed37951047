/** The namespace behind a bare dump: made up of the addresses and routes that somebody names. */
import { type LinkState, type NamespaceState, type RouteState, snapshotSchema } from '../snapshot/schema.ts';
import { exitStatus, NetscopeError } from '../util/errors.ts';
import { addressBits, familyOf, inPrefix, parseAddress, parsePrefix } from './address.ts';

export interface BareHost {
  /** `--local ADDRESS`, with or without a prefix length. */
  readonly locals: readonly string[];
  /** `--route PREFIX=IFACE`; `default` and `default6` stand for everything. */
  readonly routes: readonly string[];
}

interface BareRoute {
  readonly family: 'ip' | 'ip6';
  readonly destination: string;
  readonly device: string;
}

function wrong(option: string, why: string): never {
  throw new NetscopeError({
    tried: `take ${option}`,
    why,
    todo: 'write --local 192.0.2.2 and --route 172.17.0.0/16=docker0',
    status: exitStatus.usage,
  });
}

function routeOf(text: string): BareRoute {
  const equals = text.indexOf('=');
  const [destination, device] = [text.slice(0, equals), text.slice(equals + 1)];
  if (equals === -1 || device === '') return wrong(`--route ${text}`, 'there is no =IFACE in it');
  if (destination === 'default') return { family: 'ip', destination, device };
  if (destination === 'default6') return { family: 'ip6', destination: 'default', device };
  const address = parseAddress(destination.replace(/\/.*$/, ''));
  if (address === null) return wrong(`--route ${text}`, `"${destination}" is no prefix`);
  const family = familyOf(address);
  if (parsePrefix(destination, family) === null)
    return wrong(`--route ${text}`, `"${destination}" is no prefix`);
  return { family, destination, device };
}

/** The device whose route holds the address; else the first one. */
function deviceFor(text: string, routes: readonly BareRoute[]): string {
  const words = parseAddress(text.replace(/\/.*$/, ''));
  if (words === null) return wrong(`--local ${text}`, 'it is no address');
  const near = routes.find((route) => {
    const prefix = route.destination === 'default' ? null : parsePrefix(route.destination, route.family);
    return prefix !== null && inPrefix(words, prefix);
  });
  return near?.device ?? routes.find((route) => route.family === familyOf(words))?.device ?? 'lo';
}

function cidrOf(text: string, routes: readonly BareRoute[]): string {
  if (text.includes('/')) return text;
  const words = parseAddress(text);
  if (words === null) return wrong(`--local ${text}`, 'it is no address');
  const near = routes.find((route) => {
    const prefix = route.destination === 'default' ? null : parsePrefix(route.destination, route.family);
    return prefix !== null && inPrefix(words, prefix);
  });
  const length = near?.destination.split('/')[1];
  return `${text}/${length ?? addressBits(familyOf(words))}`;
}

/**
 * A namespace with these addresses and routes, which forwards.
 *
 * @throws NetscopeError (usage) when one is not an address or a route.
 */
export function bareNamespace(host: BareHost): NamespaceState {
  const routes = host.routes.map(routeOf);
  const devices = ['lo', ...new Set(routes.map((route) => route.device).filter((device) => device !== 'lo'))];
  const links: Partial<LinkState>[] = devices.map((name, index) => ({
    name,
    index: index + 1,
    kind: name === 'lo' ? 'loopback' : 'unknown',
    addresses: [
      ...(name === 'lo'
        ? ['127.0.0.1/8', '::1/128'].map((cidr) => ({ cidr, scope: 'host', flags: [] }))
        : []),
      ...host.locals
        .filter((text) => deviceFor(text, routes) === name)
        .map((text) => ({ cidr: cidrOf(text, routes), scope: 'global', flags: [] })),
    ],
  }));
  const made: Partial<RouteState>[] = routes.map(({ family, destination, device }) => ({
    family,
    destination,
    interface: device,
    interfaceIndex: devices.indexOf(device) + 1,
  }));
  const snapshot = snapshotSchema.parse({
    schema: 'netscope.snapshot/1',
    takenAt: new Date(0).toISOString(),
    host: { hostname: '', kernel: '' },
    namespaces: [
      {
        id: 'net:[0]',
        host: true,
        links,
        routes: made,
        sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' },
      },
    ],
  });
  const [namespace] = snapshot.namespaces;
  return namespace ?? wrong('the rules', 'no namespace could be made up');
}
