/**
 * OpenStack Neutron: routers and DHCP servers in namespaces of their own, and for each port of a virtual machine
 * the chain tap, qbr, qvb, qvo, br-int. Names end in the first 11 characters of the port's id.
 */
import type { System } from './model.ts';
import { found, linksOf, type Place, type Recogniser, type Scene, unique } from './scene.ts';

export const neutron: Recogniser = (scene) => [...servers(scene), ...ports(scene)];

const roles: readonly (readonly [pattern: RegExp, role: string])[] = [
  [/^qrouter-/, 'router'],
  [/^qdhcp-/, 'DHCP server of network'],
  [/^snat-/, 'SNAT of router'],
  [/^fip-/, 'floating addresses of network'],
  [/^qlbaas-/, 'load balancer'],
  [/^ovnmeta-/, 'metadata server of network'],
];

/** What the interfaces in those namespaces are for, by the beginning of their names. */
const interfaces: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^qr-/, 'faces a tenant network'],
  [/^qg-/, 'is the gateway to the external network'],
  [/^ha-/, 'is for failover'],
  [/^sg-/, 'is for SNAT'],
  [/^rfp-|^fpr-/, 'joins the router and the floating addresses'],
  [/^fg-/, 'is the gateway of the floating addresses'],
  [/^tap|^ns-/, 'serves DHCP'],
];

function servers({ places }: Scene): readonly System[] {
  return places.flatMap((place): System[] => {
    const { namespace } = place;
    const name = namespace.names.find((one) => roles.some(([pattern]) => pattern.test(one)));
    const role = roles.find(([pattern]) => name !== undefined && pattern.test(name));
    if (name === undefined || role === undefined) return [];
    const own = namespace.links.filter(({ kind }) => kind !== 'loopback');
    return [
      found('neutron', name, namespace.name, {
        evidence: [
          `${name} is the ${role[1]} ${name.slice(name.indexOf('-') + 1)}`,
          ...own.flatMap((link) => {
            const what = interfaces.find(([pattern]) => pattern.test(link.name))?.[1];
            return what === undefined ? [] : [`${link.name} ${link.addresses.join(' ')} ${what}`];
          }),
        ],
        links: linksOf(place, ({ kind }) => kind !== 'loopback'),
      }),
    ];
  });
}

function ports({ host }: Scene): readonly System[] {
  if (host === undefined) return [];
  const { namespace } = host;
  const ids = unique(
    namespace.links.flatMap(({ name }) => /^(?:qbr|qvb|qvo)([0-9a-f]{8}-[0-9a-f]{2})$/.exec(name)?.[1] ?? []),
  );
  return ids.map((id) => port(id, host));
}

function port(id: string, host: Place): System {
  const { namespace } = host;
  const named = (prefix: string) => namespace.links.find(({ name }) => name === `${prefix}${id}`);
  const [tap, qbr, qvb, qvo] = ['tap', 'qbr', 'qvb', 'qvo'].map(named);
  const integration = namespace.links.find(({ name }) => name === 'br-int');
  const chain = [tap, qbr, qvb, qvo, integration].flatMap((link) => link ?? []);
  return found('neutron', `port ${id}`, namespace.name, {
    evidence: [
      ...(tap !== undefined && tap.master?.index === qbr?.index
        ? [`${tap.name} is a port of ${qbr?.name}`]
        : []),
      ...(qvb !== undefined && qvb.master?.index === qbr?.index
        ? [`${qvb.name} is a port of ${qbr?.name}`]
        : []),
      ...(qvb?.peer?.index !== undefined && qvb.peer.index === qvo?.index
        ? [`${qvb.name} and ${qvo.name} are one veth pair`]
        : []),
      ...(qvo?.master == null ? [] : [`${qvo.name} is a port of ${qvo.master.name}`]),
    ],
    links: linksOf(host, (link) => chain.includes(link)),
    ways: [chain.map(({ name }) => `${namespace.name}:${name}`)],
  });
}
