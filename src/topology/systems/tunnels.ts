/** Tunnels between hosts that are not made by a system of their own: GRE, NVGRE, STT. */
import type { Link } from '../model.ts';
import type { System } from './model.ts';
import { found, type Place, type Recogniser } from './scene.ts';

const greKinds: ReadonlySet<string> = new Set([
  'gre',
  'gretap',
  'ip6gre',
  'ip6gretap',
  'erspan',
  'ip6erspan',
]);

export const tunnels: Recogniser = ({ places }) =>
  places.flatMap((place) =>
    place.namespace.links.flatMap((link): System[] => {
      // The port of a datapath is Open vSwitch's.
      if (greKinds.has(link.kind)) {
        return isFallback(link) || link.master?.name === 'ovs-system' ? [] : [gre(place, link)];
      }
      // Open vSwitch's own name for the device of its STT ports (datapath/linux/compat/stt.c).
      return link.kind === 'stt' || /^stt_sys_\d+$/.test(link.name) ? [stt(place, link)] : [];
    }),
  );

/** gre0, gretap0 and erspan0 are in every namespace once the module is loaded. */
function isFallback({ name, kind, state }: Link): boolean {
  return name === `${kind}0` && state === 'down';
}

function gre({ namespace }: Place, link: Link): System {
  const { details } = link;
  const remote = typeof details.remote === 'string' && details.remote !== 'any' ? details.remote : undefined;
  const key = keyOf(details.okey ?? details.key);
  const carriesFrames = link.kind.includes('tap');
  const isNvgre = carriesFrames && key !== undefined;
  return found(isNvgre ? 'nvgre' : 'gre', link.name, namespace.name, {
    evidence: [
      `${link.name} is ${link.kind}${remote === undefined ? '' : ` to ${remote}`}${key === undefined ? '' : ` with key ${key}`}`,
      // RFC 7637, section 3.2: the key is a 24-bit virtual subnet id and an 8-bit flow id.
      ...(isNvgre
        ? [
            `Ethernet frames in GRE with a key, as NVGRE has them: virtual subnet ${key >>> 8}, flow ${key & 0xff}`,
          ]
        : []),
      ...(link.master === null ? [] : [`it is a port of ${link.master.name}`]),
    ],
    links: [{ namespace: namespace.name, name: link.name, index: link.index }],
    remotes: remote === undefined ? [] : [{ host: remote, behind: link.name, by: 'tunnel' }],
  });
}

/** A key as a number; `ip` prints it dotted. */
function keyOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const parts = value.split('.').map(Number);
  if (parts.some(Number.isNaN)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function stt({ namespace }: Place, link: Link): System {
  const port = /^stt_sys_(\d+)$/.exec(link.name)?.[1];
  return found('stt', link.name, namespace.name, {
    evidence: [
      `${link.name} carries frames in TCP-like segments${port === undefined ? '' : ` on port ${port}`} (STT)`,
    ],
    links: [{ namespace: namespace.name, name: link.name, index: link.index }],
  });
}
