/** The table of neighbours, which all namespaces of a host share, has no room for another one. */
import { gotThrough, movedBy } from '../aftermath.ts';
import { blocker, type Cause, fromName, toName } from './cause.ts';

const limit = 'net.ipv4.neigh.default.gc_thresh3';

export const neighbourTableFull: Cause = {
  id: 'neighbour-table-full',
  find: (evidence) => {
    const { scene, probe, aftermath, forward } = evidence;
    const { host, snapshot } = scene;
    const max = Number(host?.sysctls[limit]);
    if (host === undefined || forward.length === 0 || !(max > 0)) return [];
    // Permanent entries do not count (neigh_alloc); of both families the limits are apart.
    const count = snapshot.namespaces
      .flatMap(({ neighbours }) => neighbours)
      .filter(({ address, state }) => !address.includes(':') && state !== 'PERMANENT').length;
    const refused = movedBy(scene, aftermath, host, 'Neigh.TableFulls');
    if (refused === 0 && (count < max || gotThrough(probe))) return [];
    return [
      blocker({
        cause: 'neighbour-table-full',
        summary: `The table of neighbours (ARP) of this host is full: ${count} entries in all of its namespaces, the limit is ${max}. ${fromName(evidence)} finds no MAC address on its way to ${toName(evidence)}.`,
        evidence: [
          { kind: 'sysctl', where: 'host', text: `${limit} = ${max}` },
          {
            kind: 'neighbour',
            where: 'host',
            text: `${count} entries in ${snapshot.namespaces.length} namespaces`,
          },
          ...(refused === 0
            ? []
            : [
                {
                  kind: 'neighbour' as const,
                  where: 'host',
                  text: `/proc/net/stat/arp_cache: table_fulls +${refused} with the probe`,
                },
              ]),
        ],
        fix: [`sysctl -w ${limit}=${max * 4}`, `sysctl -w ${limit.replace(/3$/, '2')}=${max * 2}`],
      }),
    ];
  },
};
