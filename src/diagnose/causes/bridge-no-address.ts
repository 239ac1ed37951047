/** The bridge lost the address that containers have as their gateway. */
import { blocker, type Cause, once, toName, troublesOf } from './cause.ts';

export const bridgeNoAddress: Cause = {
  id: 'bridge-no-address',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'bridge-no-address').map(({ namespace, bridge, address, cidr }) =>
        blocker({
          cause: 'bridge-no-address',
          summary: `${namespace}:${bridge} does not have ${address}, the gateway of its network, so packets to ${toName(evidence)} find no router.`,
          evidence: [{ kind: 'link', where: namespace, text: `${bridge}: no address ${address}` }],
          fix: [`ip address add ${cidr} dev ${bridge}`],
        }),
      ),
    ),
};
