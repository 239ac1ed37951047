/** IPv6 is switched off where a client dials it, or where the service has its address. */
import type { NamespaceState } from '../../snapshot/schema.ts';
import { enter } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { Finding } from '../model.ts';
import type { Place } from '../scene.ts';
import { word } from '../text.ts';
import { blocker, once, pages, troublesOf } from './cause.ts';

export function switchedOff(evidence: Evidence): readonly Finding[] {
  return once(
    troublesOf(evidence, 'ipv6-off').map(({ namespace, place }) => {
      const sysctl = `net.ipv6.conf.${place.link.name}.disable_ipv6`;
      return blocker({
        cause: 'ipv6-disabled',
        summary: `IPv6 is switched off on ${namespace}:${place.link.name}: it has no IPv6 address and no route.`,
        evidence: [{ kind: 'sysctl', where: namespace, text: `${sysctl} = 1` }],
        fix: remedy(evidence, place, sysctl),
        link: pages.ipv6,
      });
    }),
  );
}

/** With what the engine gave the link, as it gave it: switching IPv6 off took that away. */
function remedy({ scene }: Evidence, { namespace, link }: Place, sysctl: string): readonly string[] {
  const endpoint = scene
    .containersIn(namespace)
    .flatMap(({ endpoints }) => endpoints)
    .find(({ mac, address6 }) => mac === link.mac && address6 !== '');
  const prefix = enter(namespace);
  const on = `${prefix}sysctl -w ${sysctl}=0`;
  const [container] = scene.containersIn(namespace);
  if (endpoint === undefined && container !== undefined) {
    // A network without IPv6 gives its containers no address, whatever the sysctl says.
    const name = `${word(container.name)}-ipv6`;
    return [
      `docker network create --ipv6 --subnet fd00:6::/64 ${name}`,
      `docker network connect ${name} ${word(container.name)}`,
    ];
  }
  if (endpoint === undefined) return [on];
  const subnet = scene.network(endpoint.network)?.subnets.find((one) => one.subnet.includes(':'))?.subnet;
  const length = subnet?.split('/')[1] ?? '64';
  return [
    on,
    `${prefix}ip -6 address add ${endpoint.address6}/${length} dev ${link.name} nodad`,
    ...(endpoint.gateway6 === '' || hasDefault(namespace)
      ? []
      : [`${prefix}ip -6 route add default via ${endpoint.gateway6}`]),
  ];
}

function hasDefault({ routes }: NamespaceState): boolean {
  return routes.some(({ family, destination }) => family === 'ip6' && destination === 'default');
}
