/** Nodes of clusters as real kernels had them (test/lab/nodes). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { parseSnapshot } from '../../src/snapshot/read.ts';
import { evidenceOf, judge, seenAt, unanswered } from './world.ts';

const node = (name: string) => {
  const file = new URL(`../topology/hosts/nodes/${name}.json.gz`, import.meta.url);
  return parseSnapshot(gunzipSync(readFileSync(file)).toString('utf8'), name);
};
const blockers = (findings: readonly { readonly severity: string; readonly cause: string }[]) =>
  findings.flatMap(({ severity, cause }) => (severity === 'blocker' ? [cause] : []));

describe('from a pod', () => {
  it.each([
    ['flannel-vxlan', '10.244.1.9:8080', 'flannel.1'],
    ['flannel-host-gw', '10.244.1.9:8080', 'eth0'],
    ['flannel-udp', '10.244.1.9:8080', 'flannel0'],
    ['calico-bgp', '192.168.20.69:8080', 'eth0'],
    ['calico-ipip', '192.168.20.69:8080', 'tunl0'],
    ['calico-vxlan', '192.168.20.69:8080', 'vxlan.calico'],
  ])(
    'of %s the way to another node takes no MASQUERADE, and leaves by its device',
    async (name, to, device) => {
      const { findings, path } = await judge(node(name), 'shop', to);
      const missing = findings.filter(({ cause }) =>
        ['docker-iptables-disabled', 'masquerade-missing', 'rules-flushed'].includes(cause),
      );
      expect(missing).toEqual([]);
      expect(path.map(({ what }) => what).join('\n')).toContain(`host:${device}`);
    },
  );

  it.each([
    ['flannel-vxlan', 'kubectl -n default get endpointslices -l kubernetes.io/service-name=empty'],
    ['flannel-host-gw', 'kubectl get endpointslices --all-namespaces'],
  ])(
    'of %s to a Service without endpoints is refused, by a rule that nobody need take out',
    async (name, fix) => {
      const { findings, reachable } = await judge(node(name), 'coredns', '10.96.5.5:80');
      expect(reachable).toBe(false);
      expect(findings[0]?.summary).toContain('rejects packets from coredns to 10.96.5.5');
      expect(findings[0]?.fix).toEqual([fix]);
      expect(findings[0]?.link).toBeUndefined();
    },
  );

  it('to a Service blames no hop where a rule led the attempt to another endpoint than was judged', () => {
    const pod = 'coredns-5d78c9869d-9w7vb';
    const evidence = evidenceOf(node('flannel-host-gw'), 'coredns', '10.96.7.7:80', {
      probe: unanswered,
      seen: [
        seenAt(`${pod}:eth0`, 'syn', '10.244.0.2:40000', '10.96.7.7:80'),
        seenAt('host:cni0', 'syn', '10.244.0.2:40000', '10.244.1.9:8080'),
      ],
    });
    const { findings, beyond } = diagnose(evidence);
    expect(blockers(findings)).toEqual([]);
    expect(beyond).toContain(
      'the way to 10.244.1.9:8080, where a rule led the attempt: ask for that end itself',
    );
    // Led where it was judged to go, it was lost on that way.
    const judged = {
      ...evidence,
      seen: [...evidence.seen.slice(0, 1), seenAt('host:cni0', 'syn', '10.244.0.2:40000', '10.244.0.5:8080')],
    };
    expect(blockers(diagnose(judged).findings)).toHaveLength(1);
  });
});
