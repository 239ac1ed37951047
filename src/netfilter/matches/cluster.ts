/** `-m cluster`: which node of a cluster a packet is for, by a hash of its source (xt_cluster.c). */
import { refuse } from '../extension.ts';
import { listedMatch, part } from '../listed.ts';
import { exclusive, has, integer, max32 } from '../values.ts';

const padded = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;

export const cluster = listedMatch({
  name: 'cluster',
  options: [
    {
      name: 'cluster-local-nodemask',
      values: 1,
      negatable: true,
      read: (text) => padded(integer(text, max32, 'node mask', 1)),
    },
    {
      name: 'cluster-local-node',
      values: 1,
      negatable: true,
      read: (text) => padded(2 ** (integer(text, 32, 'node', 1) - 1)),
    },
    {
      name: 'cluster-total-nodes',
      values: 1,
      read: (text) => String(integer(text, 32, 'number of nodes', 1)),
    },
    { name: 'cluster-hash-seed', values: 1, read: (text) => padded(integer(text, max32, 'seed')) },
  ],
  check(uses) {
    exclusive(uses, ['cluster-local-node', 'cluster-local-nodemask']);
    const local = has(uses, 'cluster-local-node') || has(uses, 'cluster-local-nodemask');
    if (!local || !has(uses, 'cluster-total-nodes') || !has(uses, 'cluster-hash-seed')) {
      refuse('-m cluster needs its nodes and a seed');
    }
  },
  complete(parts) {
    const total = Number(part(parts, 'cluster-total-nodes')?.text);
    return parts.map((one) => {
      if (!one.name.startsWith('cluster-local-node')) return one;
      if (Number(one.text) >= 2 ** total) refuse('the node is not among the nodes');
      return { ...one, name: 'cluster-local-nodemask' };
    });
  },
  evaluate: () => ({ unknown: 'cluster: the hash is not worked out' }),
});
