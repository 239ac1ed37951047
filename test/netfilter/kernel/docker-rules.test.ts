/**
 * The rule sets that Docker's engine writes, one per network option, loaded in the lab: published and unpublished
 * ports, container to container, out, from the host itself, and the answers.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDump } from '../../../src/netfilter/parse/dump.ts';
import { comparePacket } from './compare.ts';
import { Lab, labMissing, type SentPacket } from './lab.ts';
import { followUp } from './packets.ts';
import { Random } from './random.ts';
import { conntrackOf, portMac, router } from './world.ts';

const folder = fileURLToPath(new URL('../../../../shared/data/rules/', import.meta.url));
const noData = existsSync(folder) ? null : 'needs ../shared/data/rules';
const required = process.env.CI_REQUIRE_LAB === '1';
const missing = labMissing ?? noData;

/** The lab's bridge and addresses in the place of those of Docker's tests. */
function fitted(text: string): string {
  return text
    .replaceAll('br-dummy', 'br0')
    .replaceAll('loopback0', 'rb')
    .replaceAll('192.168.0.2', '10.3.0.11')
    .replaceAll('192.168.0.0/24', '10.3.0.0/24')
    .replaceAll('fd49:efd7:54aa::/64', 'fd00:3::/64')
    .replaceAll('fd49:efd7:54aa::1', 'fd00:3::11');
}

interface Way {
  readonly from: SentPacket['from'];
  readonly source: string;
  readonly destination: string;
  readonly dport: number;
  readonly mac?: string;
}

const ways4: readonly Way[] = [
  { from: 'A', source: '10.1.0.2', destination: '10.1.0.1', dport: 8080 },
  { from: 'B', source: '198.51.100.7', destination: '10.2.0.1', dport: 8080 },
  { from: 'A', source: '10.1.0.2', destination: '10.3.0.11', dport: 80 },
  { from: 'A', source: '10.1.0.2', destination: '10.3.0.11', dport: 81 },
  { from: 'A', source: '10.1.0.2', destination: '10.3.0.12', dport: 80 },
  { from: 'B', source: '10.2.0.2', destination: '127.0.0.1', dport: 8080 },
  { from: 'C1', source: '10.3.0.11', destination: '198.51.100.7', dport: 443 },
  { from: 'C1', source: '10.3.0.11', destination: '10.3.0.12', dport: 80, mac: portMac.C2 },
  { from: 'C2', source: '10.3.0.12', destination: '10.3.0.11', dport: 80, mac: portMac.C1 },
  { from: 'C2', source: '10.3.0.12', destination: '10.1.0.1', dport: 8080 },
  { from: 'C1', source: '10.3.0.11', destination: '10.1.0.1', dport: 8080 },
  { from: 'C1', source: '10.3.0.11', destination: '10.3.0.1', dport: 22 },
  { from: 'R', source: '127.0.0.1', destination: '127.0.0.1', dport: 8080 },
  { from: 'R', source: '10.1.0.1', destination: '10.1.0.1', dport: 8080 },
  { from: 'R', source: '10.3.0.1', destination: '10.3.0.11', dport: 80 },
];

const ways6: readonly Way[] = [
  { from: 'A', source: 'fd00:1::2', destination: 'fd00:1::1', dport: 8080 },
  { from: 'A', source: 'fd00:1::2', destination: 'fd00:3::11', dport: 80 },
  { from: 'A', source: 'fd00:1::2', destination: 'fd00:3::11', dport: 81 },
  { from: 'A', source: 'fd00:1::2', destination: 'fd00:3::12', dport: 80 },
  { from: 'C1', source: 'fd00:3::11', destination: '2001:db8::7', dport: 443 },
  { from: 'C1', source: 'fd00:3::11', destination: 'fd00:3::12', dport: 80, mac: portMac.C2 },
  { from: 'C2', source: 'fd00:3::12', destination: 'fd00:3::11', dport: 80, mac: portMac.C1 },
  { from: 'C2', source: 'fd00:3::12', destination: 'fd00:1::1', dport: 8080 },
  { from: 'R', source: 'fd00:1::1', destination: 'fd00:1::1', dport: 8080 },
  { from: 'R', source: 'fd00:3::1', destination: 'fd00:3::11', dport: 80 },
];

describe.skipIf(missing !== null && !required)(
  `Docker's own rule sets (${missing ?? 'in namespaces'})`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start();
      await lab.sysctl('net.bridge.bridge-nf-call-iptables', 1);
      await lab.sysctl('net.bridge.bridge-nf-call-ip6tables', 1);
    });
    afterAll(() => lab?.close());

    it('give every packet the verdict and the translation that the kernel gives it', async () => {
      const differences: string[] = [];
      let packets = 0;
      let files = 0;
      const random = new Random(1);
      for (const file of readdirSync(folder).filter((name) => /^moby__iptabler.*\.rules$/.test(name))) {
        const family = file.includes('ip6tables') ? 'ip6' : 'ip';
        const rules = fitted(readFileSync(folder + file, 'utf8'));
        expect(await lab.load(family, rules), file).toBeNull();
        await lab.run(['conntrack', '-F']);
        const { tables } = parseDump(rules, { backend: 'iptables-nft', family });
        const positions = await lab.handles(family);
        const namespace = router({ bridgeNf: true });
        files++;
        let port = 20_000;
        for (const way of family === 'ip' ? ways4 : ways6) {
          const first: SentPacket = { ...way, protocol: 6, sport: port++, flags: 2 };
          let compared = await comparePacket(lab, first, namespace, tables, positions);
          packets++;
          if (compared.difference !== null)
            differences.push(`${file}: ${compared.difference}\n${compared.report}`);
          const made = compared.sending.after.find(
            (line) => line.includes(`sport=${first.sport} `) && line.includes('SYN_SENT'),
          );
          const answer = made === undefined ? null : followUp(random, conntrackOf(made));
          if (answer === null) continue;
          compared = await comparePacket(lab, answer, namespace, tables, positions);
          packets++;
          if (compared.difference !== null)
            differences.push(`${file}: ${compared.difference}\n${compared.report}`);
        }
      }
      console.log(`${packets} packets over ${files} rule sets, ${differences.length} disagreements`);
      expect(differences).toEqual([]);
    }, 180_000);
  },
);
