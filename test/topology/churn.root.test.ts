import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeSnapshot } from '../../src/host/snapshot.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { watchDescriptors } from '../descriptors.ts';
import { describeWithTools, type Lab, startLab } from '../host/support.ts';

const namespaces = 24;
const rounds = 15;

/**
 * Pairs come and go while they are read, all of them at ifindex 100 of both namespaces, each pair of namespaces once:
 * whatever was read of two of them, only the ends of one pair may be taken for peers. Neighbours in the list share a namespace.
 */
const churn = `
for n in $(seq 0 ${namespaces - 1}); do ip netns add n$n; done
ip -n n0 link add p0.0a type veth peer name p0.0b netns n1
for distance in $(seq 1 ${namespaces / 2 - 1}); do for step in $(seq 0 ${namespaces - 1}); do
  from=$((step * distance % ${namespaces})); to=$(((step + 1) * distance % ${namespaces})); pair=p$distance.$step
  ip -n n$from link add \${pair}a index 100 type veth peer name \${pair}b netns n$to index 100 || :
  ip -n n$to link del \${pair}b || :
done; done >/dev/null 2>&1 &
`;

describeWithTools(
  ['unshare', 'nsenter', 'ip'],
  'topology of namespaces that change while they are read',
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab(churn);
    }, 30_000);
    afterAll(() => lab?.stop());

    it('joins no veth with one that has taken the place of its peer, and keeps nothing open', {
      timeout: 60_000,
    }, async () => {
      const without = new Set(['engines', 'rules', 'conntrack', 'files', 'idle sysctls'] as const);
      const seen = new Set<string>();
      const wrong: string[] = [];
      await takeSnapshot({ without });
      const descriptors = watchDescriptors();
      for (let round = 0; round < rounds; round++) {
        const { namespaces: all } = buildTopology(await takeSnapshot({ without }));
        for (const { name, peer } of all.flatMap(({ links }) => links)) {
          const [, pair, end] = /^(p\d+\.\d+)([ab])$/.exec(name) ?? [];
          if (pair === undefined || peer === null) continue;
          seen.add(pair);
          const other = `${pair}${end === 'a' ? 'b' : 'a'}`;
          if (peer.name !== other) wrong.push(`${name}: ${peer.name}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(seen.size).toBeGreaterThan(0);
      await expect.poll(descriptors.left).toEqual([]);
    });
  },
);
