/** Packets come in by an interface that their answers would not leave by. */
import { prefixOf } from '../commands.ts';
import { blocker, type Cause, once, troublesOf } from './cause.ts';

export const rpFilterDrop: Cause = {
  id: 'rp-filter-drop',
  find: (evidence) =>
    once(
      troublesOf(evidence, 'rp-filter').map(({ namespace, device, source, why }) => {
        const { scene } = evidence;
        const state = scene.namespaceNamed(namespace);
        const names = ['all', device].map((one) => `net.ipv4.conf.${one}.rp_filter`);
        const counter = state?.counters['TcpExt.IPReversePathFilter'];
        const counted = counter === undefined ? '' : ` (TcpExt IPReversePathFilter: ${counter})`;
        const prefix = prefixOf(scene, namespace);
        return blocker({
          cause: 'rp-filter-drop',
          summary: `${namespace} drops packets from ${source} that come in by ${device}: its route to ${source} leaves by another interface (reverse-path filter).`,
          evidence: [
            ...names.map((name) => ({
              kind: 'sysctl' as const,
              where: namespace,
              text: `${name} = ${state?.sysctls[name] ?? '0'}`,
            })),
            { kind: 'route', where: namespace, text: `${why}${counted}` },
          ],
          // The greater of both values counts: 2 is loose mode, whatever the other one is.
          fix: [`${prefix}sysctl -w net.ipv4.conf.${device}.rp_filter=2`],
        });
      }),
    ),
};
