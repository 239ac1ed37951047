/** No route, one that refuses, or a policy rule that leads to one. */

import type { NamespaceState } from '../../snapshot/schema.ts';
import { enter, ipOf } from '../commands.ts';
import type { Evidence } from '../evidence.ts';
import type { EvidenceItem } from '../model.ts';
import { gatewayFor } from '../owners.ts';
import { contains, networkOf } from '../prefix.ts';
import { blocker, type Cause, once, type TroubleOf, toName, troublesOf } from './cause.ts';

export const noRoute: Cause = {
  id: 'no-route',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'no-route').map((trouble) => {
        const { namespace, destination, why, direction } = trouble;
        const { scene } = evidence;
        const state = scene.namespaceNamed(namespace);
        const { items, fix } =
          state === undefined ? { items: [], fix: [] } : explain(evidence, state, trouble);
        const to =
          direction === 'forward' ? `${toName(evidence)} (${destination})` : `the client (${destination})`;
        return blocker({
          cause: 'no-route',
          summary: `${namespace} has no way to ${to}: ${why}.`,
          evidence: [{ kind: 'route', where: namespace, text: why }, ...items],
          fix,
        });
      }),
    ),
};

function explain(
  { scene }: Evidence,
  state: NamespaceState,
  { destination, source, namespace, why }: TroubleOf<'no-route'>,
): { readonly items: readonly EvidenceItem[]; readonly fix: readonly string[] } {
  const prefix = enter(state);
  const refusing = ['blackhole', 'unreachable', 'prohibit', 'throw'];
  const kind = refusing.find((one) => why.startsWith(one));
  const family = destination.includes(':') ? 'ip6' : 'ip';
  const ip = ipOf(destination);
  if (kind === undefined) {
    const network = scene.snapshot.networks.find((one) =>
      one.subnets.some(({ subnet }) => contains(subnet, destination)),
    );
    const bridge = network === undefined || !state.host ? null : scene.bridgeName(network);
    const subnet = network?.subnets.find((one) => contains(one.subnet, destination))?.subnet;
    if (bridge !== null && subnet !== undefined)
      return { items: [], fix: [`${prefix}${ip} route add ${subnet} dev ${bridge}`] };
    const container = scene.containersIn(state)[0];
    const gateway = container?.endpoints
      .map((one) => gatewayFor(one, destination))
      .find((one) => one !== null);
    // By its address: the engine's word on the MAC address is of the moment when it made the link.
    const own = state.links
      .flatMap(({ name, addresses }) => addresses.map(({ cidr }) => ({ name, cidr })))
      .find(({ cidr }) => gateway !== undefined && contains(cidr, gateway));
    const hasSegment = state.routes.some(
      (route) => route.destination !== 'default' && contains(route.destination, gateway ?? ''),
    );
    const segment =
      hasSegment || own === undefined
        ? []
        : [`${prefix}${ip} route add ${networkOf(own.cidr)} dev ${own.name}`];
    return {
      items: [],
      fix: gateway === undefined ? [] : [...segment, `${prefix}${ip} route add default via ${gateway}`],
    };
  }
  const rule = state.policyRules.find((one) => one.family === family && one.action === kind);
  const routes = state.routes.filter(
    (route) => route.type === kind && route.family === family && contains(route.destination, destination),
  );
  const [route] = routes;
  if (rule !== undefined && route === undefined) {
    return {
      items: [{ kind: 'route', where: namespace, text: `policy rule ${rule.priority}: ${kind}` }],
      fix: [`${prefix}${ip} rule delete priority ${rule.priority}`],
    };
  }
  if (route === undefined) return { items: [], fix: [] };
  const leading = state.policyRules.find(
    (one) => one.family === family && one.table === route.table && ![253, 254, 255].includes(route.table),
  );
  const text = `${kind} ${route.destination} table ${route.table}`;
  const items: EvidenceItem[] = [{ kind: 'route', where: namespace, text }];
  if (leading === undefined) {
    const table = route.table === 254 ? '' : ` table ${route.table}`;
    return { items, fix: [`${prefix}${ip} route delete ${kind} ${route.destination}${table}`] };
  }
  const from = leading.source === undefined ? '' : ` from ${leading.source}`;
  const by = leading.inInterface === undefined ? '' : ` iif ${leading.inInterface}`;
  items.push({
    kind: 'route',
    where: namespace,
    text: `policy rule ${leading.priority}:${from}${by} lookup ${route.table} (the packet is from ${source})`,
  });
  return { items, fix: [`${prefix}${ip} rule delete priority ${leading.priority}`] };
}
