/** Containers that sit on an interface of the host: macvlan and ipvlan, on the interface itself or on a VLAN. */
import type { Link } from '../model.ts';
import type { System, SystemName } from './model.ts';
import { found, type Place, type Recogniser, type Scene, unique } from './scene.ts';

export const macvlans: Recogniser = (scene) => [
  ...stacked('macvlan', ['macvlan', 'macvtap'], scene),
  ...stacked('ipvlan', ['ipvlan', 'ipvtap'], scene),
];

interface Upper {
  readonly place: Place;
  readonly link: Link;
}

/** One system for each lower device. */
function stacked(system: SystemName, kinds: readonly string[], scene: Scene): readonly System[] {
  const groups = new Map<string, Upper[]>();
  for (const place of scene.places) {
    for (const link of place.namespace.links) {
      if (!kinds.includes(link.kind)) continue;
      const key =
        link.parent === null ? `${link.parentNote}` : `${link.parent.namespace} ${link.parent.index}`;
      groups.set(key, [...(groups.get(key) ?? []), { place, link }]);
    }
  }
  return [...groups.values()].map((uppers) => describe(system, uppers, scene));
}

function describe(system: SystemName, uppers: readonly Upper[], scene: Scene): System {
  const first = uppers[0];
  const lower = scene.linkAt(first?.link.parent ?? null);
  const below = lower === undefined ? [] : stackBelow(lower.place, lower.link, scene);
  const networks = networksOn(system, uppers, lower?.link.name, scene);
  const parentName =
    lower === undefined ? 'a device that is not known' : `${lower.place.namespace.name}:${lower.link.name}`;
  return found(
    system,
    networks[0] ?? lower?.link.name ?? '',
    lower?.place.namespace.name ?? first?.place.namespace.name ?? '',
    {
      evidence: [
        ...uppers.map(
          ({ place, link }) =>
            `${place.namespace.name}:${link.name} is ${link.kind}${typeof link.details.mode === 'string' ? ` in mode ${link.details.mode}` : ''} on ${parentName}`,
        ),
        ...below
          .filter(({ link }) => link.kind === 'vlan')
          .map(
            ({ link }) =>
              `${link.name} is VLAN ${String(link.details.id)} on ${link.parent?.name ?? 'a device that is not known'}`,
          ),
        ...networks.map((name) => `the engine has ${system} network ${name}`),
        ...(first?.link.parentNote === undefined ? [] : [first.link.parentNote]),
      ],
      links: [...uppers, ...below].map(({ place, link }) => ({
        namespace: place.namespace.name,
        name: link.name,
        index: link.index,
      })),
      containers: unique(
        uppers.flatMap(({ place }) =>
          place.namespace.kind === 'host' ? [] : place.namespace.containers.map(({ name }) => name),
        ),
      ),
      ways: uppers.map((upper) =>
        [upper, ...below].map(({ place, link }) => `${place.namespace.name}:${link.name}`),
      ),
    },
  );
}

/** The lower device and what is below it in turn. */
function stackBelow(place: Place, link: Link, scene: Scene): readonly Upper[] {
  const stack: Upper[] = [{ place, link }];
  for (let next = scene.linkAt(link.parent); next !== undefined; next = scene.linkAt(next.link.parent)) {
    const { link: lower } = next;
    if (stack.some((one) => one.link === lower)) break;
    stack.push(next);
  }
  return stack;
}

/** The engine's networks of this driver that name the lower device as their parent, or that the containers are in. */
function networksOn(
  driver: SystemName,
  uppers: readonly Upper[],
  parent: string | undefined,
  { snapshot }: Scene,
): readonly string[] {
  const joined = new Set(
    uppers.flatMap(({ place }) =>
      place.namespace.containers.flatMap(({ networks }) => networks.map(({ name }) => name)),
    ),
  );
  return snapshot.networks
    .filter((network) => network.driver === driver)
    .filter(({ options, name, interface: device }) => {
      const lower = options.parent ?? device;
      return lower === undefined ? joined.has(name) : lower === parent;
    })
    .map(({ name }) => name);
}
