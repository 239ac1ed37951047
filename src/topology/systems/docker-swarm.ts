/** Swarm's routing mesh: the ingress sandbox and the virtual addresses that IPVS spreads over tasks. */
import { servicesOf } from './ipvs.ts';
import type { System } from './model.ts';
import { found, iptablesRules, linksOf, type Place, type Recogniser, type Scene, unique } from './scene.ts';

export const dockerSwarm: Recogniser = (scene) =>
  scene.places.flatMap((place): System[] => {
    if (place.namespace.kind === 'docker-ingress') return [ingress(place, scene)];
    const balances = /^lb_/.test(place.namespace.names.find((name) => name.startsWith('lb_')) ?? '');
    return balances && (place.state.ipvs ?? '') !== '' ? [balancer(place, scene)] : [];
  });

function ingress(place: Place, scene: Scene): System {
  const { namespace } = place;
  const chains =
    scene.host === undefined
      ? []
      : iptablesRules(scene.host.state).filter((rule) => rule.startsWith('-A DOCKER-INGRESS'));
  const services = servicesOf(place.state, scene.containerAt);
  const ports = namespace.links.filter(({ kind }) => kind !== 'loopback');
  return found('docker-swarm', 'ingress', namespace.name, {
    evidence: [
      `ingress_sbox is the sandbox of swarm's routing mesh`,
      ...ports.map(
        (link) => `${link.name} ${link.addresses.join(' ')} leads to ${leadsTo(link.peer, scene)}`,
      ),
      ...chains
        .filter((rule) => rule.includes('-j DNAT'))
        .map((rule) => `the host sends published ports there: ${rule}`),
      ...(services.length > 0 ? [`IPVS spreads ${services.length} marked services over their tasks`] : []),
    ],
    links: linksOf(place, ({ kind }) => kind !== 'loopback'),
    services,
    containers: unique(
      services.flatMap(({ endpoints }) => endpoints.flatMap(({ container }) => container ?? [])),
    ),
  });
}

function balancer(place: Place, scene: Scene): System {
  const services = servicesOf(place.state, scene.containerAt);
  return found('docker-swarm', place.namespace.name, place.namespace.name, {
    evidence: [
      `${place.namespace.name} is the load balancer of an overlay network`,
      `IPVS spreads ${services.length} virtual addresses over their tasks`,
    ],
    links: linksOf(place, ({ kind }) => kind !== 'loopback'),
    services,
    containers: unique(
      services.flatMap(({ endpoints }) => endpoints.flatMap(({ container }) => container ?? [])),
    ),
  });
}

function leadsTo(peer: Parameters<Scene['linkAt']>[0], scene: Scene): string {
  const end = scene.linkAt(peer);
  if (end === undefined) return 'a peer that is not known';
  const { master } = end.link;
  return `${end.place.namespace.name}:${master?.name ?? end.link.name}`;
}
