/** Nodes of clusters whose kernel objects this machine's kernel has: built anew, they are still recognised as recorded. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { describeWithTools } from '../host/support.ts';

const script = new URL('nodes/start.sh', import.meta.url).pathname;

const tools = ['unshare', 'nsenter', 'ip', 'bridge', 'iptables-nft-restore', 'nft', 'ipset', 'busybox'];

describeWithTools(tools, 'nodes of clusters', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netscope-nodes-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['flannel-vxlan', ['flannel vxlan', 'kubernetes node']],
    ['flannel-host-gw', ['flannel host-gw', 'kubernetes node']],
    ['flannel-udp', ['flannel udp', 'kubernetes node']],
    ['calico-bgp', ['calico bgp', 'kubernetes node']],
    ['calico-vxlan', ['calico vxlan', 'kubernetes node']],
    ['weave-sleeve', ['kubernetes node', 'weave sleeve']],
  ])('%s is recognised', (name, wanted) => {
    execFileSync('bash', [script, name, folder], { stdio: 'pipe', timeout: 60_000 });
    const file = join(folder, `${name}.snapshot.json`);
    const { systems } = buildTopology(parseSnapshot(readFileSync(file, 'utf8'), file));
    expect(
      systems
        .filter(({ system }) => system !== 'br-netfilter')
        .map(({ system, name: which }) => `${system} ${which}`)
        .toSorted(),
    ).toEqual(wanted);
  });
});
