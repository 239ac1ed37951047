/** A host and the macvlan or ipvlan children of its own interface cannot talk to each other. */
import { blocker, type Cause, once, pages, troublesOf } from './cause.ts';

export const macvlanHostIsolation: Cause = {
  id: 'macvlan-host-isolation',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'macvlan').map(({ child, parent }) => {
        const { scene } = evidence;
        const [a, b] = [scene.nameOf(child.namespace), scene.nameOf(parent.namespace)];
        return blocker({
          cause: 'macvlan-host-isolation',
          summary: `${a}:${child.link.name} is a ${child.link.kind} of ${b}:${parent.link.name}, and the kernel lets such an interface and its parent's host not talk to each other.`,
          evidence: [
            { kind: 'link', where: a, text: `${child.link.name}: ${child.link.kind} of ${parent.link.name}` },
          ],
          fix: [
            `ip link add macvlan-host link ${parent.link.name} type macvlan mode bridge`,
            `ip link set macvlan-host up`,
            ...child.link.addresses
              .filter(({ scope, cidr }) => scope === 'global' && !cidr.includes(':'))
              .map(({ cidr }) => `ip route add ${cidr.replace(/\/\d+$/, '/32')} dev macvlan-host`),
          ],
          link: pages.macvlan,
        });
      }),
    ),
};
