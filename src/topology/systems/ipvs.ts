/** The virtual services of `ipvsadm -Sn`, and the firewall marks that some are known by. */
import type { NamespaceState } from '../../snapshot/schema.ts';
import type { SystemService } from './model.ts';
import { iptablesRules } from './scene.ts';

export interface VirtualService {
  readonly protocol: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly mark: number | null;
  readonly servers: readonly { readonly address: string; readonly port: number | null }[];
}

/** `-A -t 10.96.0.1:443 -s rr`, `-A -f 256 -s rr`, `-a -f 256 -r 10.0.0.5:0 -m -w 1`: see ipvsadm(8). */
export function virtualServices(text: string): readonly VirtualService[] {
  const services = new Map<
    string,
    { service: Omit<VirtualService, 'servers'>; servers: { address: string; port: number | null }[] }
  >();
  for (const line of text.split('\n')) {
    const match = /^-([Aa]) (?:-([tu]|-sctp-service) (\S+)|-f (\d+))(?: |$)(?:.*-r (\S+))?/.exec(line.trim());
    if (match === null) continue;
    const [, action, kind, where, mark, server] = match;
    const key = `${kind ?? 'f'} ${where ?? mark ?? ''}`;
    if (action === 'A') {
      const end = where === undefined ? undefined : endOf(where);
      const protocol = kind === 't' ? 'tcp' : kind === 'u' ? 'udp' : kind === undefined ? '' : 'sctp';
      services.set(key, {
        service: {
          protocol,
          address: end?.address ?? null,
          port: end?.port ?? null,
          mark: mark === undefined ? null : Number(mark),
        },
        servers: [],
      });
    } else if (server !== undefined) {
      services.get(key)?.servers.push(endOf(server));
    }
  }
  return [...services.values()].map(({ service, servers }) => ({ ...service, servers }));
}

function endOf(text: string): { readonly address: string; readonly port: number | null } {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { address: text, port: null };
  const port = Number(text.slice(colon + 1));
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: port > 0 ? port : null };
}

interface Marked {
  readonly protocol: string;
  readonly address: string | null;
  readonly port: number | null;
}

/** What each firewall mark is set for, from rules such as `-d 10.0.0.4/32 -j MARK --set-xmark 0x101/0xffffffff`. */
function markedTraffic(state: NamespaceState): ReadonlyMap<number, Marked> {
  const marks = new Map<number, Marked>();
  for (const rule of iptablesRules(state)) {
    const mark = /-j MARK --set-x?mark (0x[0-9a-f]+|\d+)/.exec(rule)?.[1];
    if (mark === undefined) continue;
    const port = /--dport (\d+)/.exec(rule)?.[1];
    marks.set(Number(mark), {
      protocol: /-p (\w+)/.exec(rule)?.[1] ?? '',
      address: /-d ([^/\s]+)/.exec(rule)?.[1] ?? null,
      port: port === undefined ? null : Number(port),
    });
  }
  return marks;
}

/** The virtual services of a namespace, marks resolved to what they are set for. */
export function servicesOf(
  state: NamespaceState,
  containerAt: (address: string) => string | null,
): readonly SystemService[] {
  const marks = markedTraffic(state);
  return virtualServices(state.ipvs ?? '').map((service) => {
    const marked = service.mark === null ? undefined : marks.get(service.mark);
    return {
      name: '',
      protocol: service.protocol || (marked?.protocol ?? ''),
      address: service.address ?? marked?.address ?? null,
      port: service.port ?? marked?.port ?? null,
      mark: service.mark,
      endpoints: service.servers.map(({ address, port }) => ({
        address,
        port,
        container: containerAt(address),
      })),
    };
  });
}
