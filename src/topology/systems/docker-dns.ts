/** Docker's embedded DNS: 127.0.0.11 in the containers of networks that a user made. */
import type { NamespaceState } from '../../snapshot/schema.ts';
import { found, iptablesRules, type Place, type Recogniser, some } from './scene.ts';

const server = '127.0.0.11';

/** What shows it in one namespace: the engine's sockets there, its nat rules for them, the resolver that programs are told. */
function signs(state: NamespaceState): readonly string[] {
  const sockets = state.listeners.filter(({ address }) => address === server);
  const rules = iptablesRules(state).filter((rule) => rule.includes(`-d ${server}/32`));
  const all: string[] = [];
  if (sockets.length > 0)
    all.push(
      `the engine answers on ${sockets.map(({ protocol, port }) => `${protocol} ${port}`).join(' and ')}`,
    );
  if (rules.length > 0) all.push(`nat rules lead port 53 of ${server} there`);
  if (
    new RegExp(`^\\s*nameserver\\s+${server.replaceAll('.', '\\.')}\\s*$`, 'm').test(state.resolvConf ?? '')
  )
    all.push('resolv.conf names it');
  return all;
}

export const dockerDns: Recogniser = ({ places }) => {
  const shown = places.flatMap((place): { place: Place; signs: readonly string[] }[] => {
    const own = place.namespace.kind === 'container' ? signs(place.state) : [];
    return own.length === 0 ? [] : [{ place, signs: own }];
  });
  const [first] = shown;
  if (first === undefined) return [];
  const names = shown.map(({ place }) => place.namespace.name);
  return [
    found('docker-dns', server, first.place.namespace.name, {
      evidence: [
        ...first.signs.map((sign) => `${first.place.namespace.name}: ${sign}`),
        ...(names.length > 1 ? [`likewise in ${some(names.slice(1))}`] : []),
      ],
      containers: shown.flatMap(({ place }) => place.namespace.containers.map(({ name }) => name)),
    }),
  ];
};
