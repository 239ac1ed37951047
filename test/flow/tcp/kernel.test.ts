/** The TCP analysis against tshark's on connections of this machine's kernel that lose packets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFlows } from '../harness.ts';
import { namesOf, tsharkMarks } from './tshark.ts';

const tools = ['tshark', 'tcpdump', 'iperf3', 'iptables', 'ethtool', 'tc', 'unshare'];
const missing = tools.filter((tool) => execaSync('which', [tool], { reject: false }).exitCode !== 0);
const isRoot = process.getuid?.() === 0;
const required = process.env.CI_REQUIRE_LAB === '1';
const skip = (!isRoot || missing.length > 0) && !required;
const reason = !isRoot ? 'needs root' : `needs ${missing.join(', ')}`;

describe.skipIf(skip)(`TCP of this kernel with loss${skip ? ` (skipped: ${reason})` : ''}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netscope-kernel-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['0.01', '0.05'])(
    'is marked as tshark marks it (%s of the packets)',
    async (probability) => {
      const path = join(folder, `${probability}.pcap`);
      const script = new URL('kernel.sh', import.meta.url).pathname;
      execaSync('unshare', ['-n', 'bash', script, path, probability]);
      const found = new Map<number, string[]>();
      await readFlows(path, ({ lastAnalysis }, _, number) => {
        if (lastAnalysis !== 0) found.set(number, namesOf(lastAnalysis));
      });
      const expected = tsharkMarks(path);
      expect(expected.size).toBeGreaterThan(20);
      expect([...found]).toEqual([...expected]);
    },
    60_000,
  );
});
