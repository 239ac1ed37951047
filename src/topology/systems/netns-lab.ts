/** Namespaces that somebody made by hand with `ip netns`, and how they are wired. */
import { found, type Recogniser } from './scene.ts';

export const netnsLabs: Recogniser = ({ places, linkAt }) => {
  const labs = places.filter(({ namespace }) => namespace.kind === 'named');
  const [first] = labs;
  if (first === undefined) return [];
  const wires = labs.flatMap(({ namespace }) =>
    namespace.links.flatMap((link) => {
      const end = linkAt(link.peer);
      if (end === undefined) return [];
      const { master } = end.link;
      const there = end.place.namespace.name;
      return [
        [
          `${namespace.name}:${link.name}`,
          `${there}:${end.link.name}`,
          ...(master === null ? [] : [`${there}:${master.name}`]),
        ],
      ];
    }),
  );
  return [
    found(
      'netns-lab',
      labs.length === 1 ? first.namespace.name : `${labs.length} namespaces`,
      first.namespace.name,
      {
        evidence: labs.map(({ namespace, state }) =>
          state.paths[0] === undefined
            ? `${namespace.name} has a name and no container`
            : `${namespace.name} is bound at ${state.paths[0]} and has no container`,
        ),
        links: labs.flatMap(({ namespace }) =>
          namespace.links
            .filter(({ kind }) => kind !== 'loopback')
            .map(({ name, index }) => ({ namespace: namespace.name, name, index })),
        ),
        ways: wires,
      },
    ),
  ];
};
