/** A healthy host to break: web and db on network app, far on network other, one uplink. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aftermath, aftermathOf } from '../../src/diagnose/aftermath.ts';
import { fromEnd, parseFrom, parseTarget } from '../../src/diagnose/ends.ts';
import type { Evidence, ProbeResult, SeenPacket } from '../../src/diagnose/evidence.ts';
import type { Diagnosis } from '../../src/diagnose/model.ts';
import { type DnsAnswer, resolveTarget } from '../../src/diagnose/resolve.ts';
import { Scene } from '../../src/diagnose/scene.ts';
import { findWays } from '../../src/diagnose/state.ts';
import { runDiagnosis } from '../../src/session/diagnosis.ts';
import { hostStateOf } from '../../src/session/host-state.ts';
import type { HostSnapshot, LinkState, NamespaceState } from '../../src/snapshot/schema.ts';
import { buildSnapshot, container, defaultRoute, link, loopback, ns } from '../topology/build-snapshot.ts';

const filter = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o br-app -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o br-app -j DOCKER
-A FORWARD -i br-app ! -o br-app -j ACCEPT
-A FORWARD -i br-app -o br-app -j ACCEPT
-A FORWARD -o br-other -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i br-other ! -o br-other -j ACCEPT
-A FORWARD -i br-other -o br-other -j ACCEPT
-A DOCKER -d 172.30.0.3/32 ! -i br-app -o br-app -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i br-app ! -o br-app -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i br-other ! -o br-other -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-2 -o br-app -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o br-other -j DROP
-A DOCKER-USER -j RETURN
COMMIT
`;

const nat = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.30.0.0/24 ! -o br-app -j MASQUERADE
-A POSTROUTING -s 172.31.0.0/24 ! -o br-other -j MASQUERADE
-A DOCKER ! -i br-app -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.30.0.3:80
COMMIT
`;

const resolver = `*nat
:OUTPUT ACCEPT [0:0]
:DOCKER_OUTPUT - [0:0]
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:41521
COMMIT
`;

const connected = (destination: string, interfaceIndex: number, name: string, preferredSource: string) => ({
  family: 'ip' as const,
  destination,
  interfaceIndex,
  interface: name,
  preferredSource,
  protocol: 'kernel',
  scope: 'link',
});

/** One container of its own network namespace; its eth0 is ifindex 2, the host's end is `port`. */
function inside(
  number: number,
  mac: string,
  subnet: string,
  address: string,
  listens: readonly number[],
  port: number,
) {
  const gateway = subnet.replace('.0/24', '.1');
  return {
    processes: [{ pid: 1000 + number, command: 'server' }],
    nsids: [{ nsid: 0, namespace: ns(0) }],
    links: [
      loopback,
      link(2, 'eth0', 'veth', { mac, addresses: [`${address}/24`], link: port, linkNsid: 0 }),
    ],
    routes: [defaultRoute(gateway, 2, 'eth0'), connected(subnet, 2, 'eth0', address)],
    listeners: listens.map((one) => ({
      protocol: 'tcp' as const,
      family: 'ip' as const,
      address: '0.0.0.0',
      port: one,
      inode: one,
      receiveQueue: 0,
      sendQueue: 10,
      processes: [{ pid: 1000 + number, command: 'server' }],
    })),
    rulesets: [{ backend: 'iptables-nft' as const, family: 'ip' as const, text: resolver }],
    resolvConf: 'nameserver 127.0.0.11\n',
    hosts: '127.0.0.1 localhost\n',
  };
}

const port = (index: number, name: string, master: number, number: number) =>
  link(index, name, 'veth', {
    mac: `02:00:00:00:01:0${number}`,
    master,
    link: 2,
    linkNsid: number,
    port: { state: 'forwarding', hairpin: false, isolated: false },
  });

const endpoint = (network: string, address: string, mac: string) => ({
  network,
  networkId: network,
  address,
  gateway: address.replace(/\d+$/, '1'),
  mac,
  aliases: [],
});

const macs = { db: '02:42:ac:1e:00:02', web: '02:42:ac:1e:00:03', far: '02:42:ac:1f:00:02' } as const;

export function healthy(): HostSnapshot {
  return buildSnapshot({
    namespaces: {
      0: {
        processes: [{ pid: 1, command: 'init' }],
        nsids: [1, 2, 3].map((number) => ({ nsid: number, namespace: ns(number) })),
        links: [
          loopback,
          link(2, 'eth0', 'physical', { mac: '02:00:00:00:00:02', addresses: ['203.0.113.10/24'] }),
          link(3, 'br-app', 'bridge', { mac: '02:00:00:00:00:03', addresses: ['172.30.0.1/24'] }),
          link(4, 'br-other', 'bridge', { mac: '02:00:00:00:00:04', addresses: ['172.31.0.1/24'] }),
          port(11, 'vethdb', 3, 1),
          port(12, 'vethweb', 3, 2),
          port(13, 'vethfar', 4, 3),
        ],
        routes: [
          defaultRoute('203.0.113.1', 2, 'eth0'),
          connected('203.0.113.0/24', 2, 'eth0', '203.0.113.10'),
          connected('172.30.0.0/24', 3, 'br-app', '172.30.0.1'),
          connected('172.31.0.0/24', 4, 'br-other', '172.31.0.1'),
        ],
        listeners: [
          {
            protocol: 'tcp',
            family: 'ip',
            address: '0.0.0.0',
            port: 8080,
            inode: 1,
            receiveQueue: 0,
            sendQueue: 4096,
            processes: [{ pid: 900, command: 'docker-proxy' }],
          },
        ],
        sysctls: {
          'net.ipv4.ip_forward': '1',
          'net.bridge.bridge-nf-call-iptables': '1',
          'net.netfilter.nf_conntrack_count': '5',
          'net.netfilter.nf_conntrack_max': '1000',
        },
        rulesets: [{ backend: 'iptables-nft', family: 'ip', text: filter + nat }],
        resolvConf: 'nameserver 203.0.113.1\n',
      },
      1: inside(1, macs.db, '172.30.0.0/24', '172.30.0.2', [3306], 11),
      2: inside(2, macs.web, '172.30.0.0/24', '172.30.0.3', [80], 12),
      3: inside(3, macs.far, '172.31.0.0/24', '172.31.0.2', [3306], 13),
    },
    containers: [
      container('db', 1, 'app', { endpoints: [endpoint('app', '172.30.0.2', macs.db)] }),
      container('web', 2, 'app', {
        endpoints: [endpoint('app', '172.30.0.3', macs.web)],
        published: [{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 }],
      }),
      container('far', 3, 'other', { endpoints: [endpoint('other', '172.31.0.2', macs.far)] }),
    ],
    networks: ['app', 'other'].map((name) => ({
      id: name,
      name,
      engine: 'docker',
      driver: 'bridge',
      subnets: [{ subnet: name === 'app' ? '172.30.0.0/24' : '172.31.0.0/24' }],
      options: { 'com.docker.network.bridge.name': `br-${name}` },
    })),
  });
}

/** Diagnoses a snapshot as `netscope diagnose -r` does. */
export async function judge(snapshot: HostSnapshot, from: string, to: string): Promise<Diagnosis> {
  const folder = mkdtempSync(join(tmpdir(), 'netscope-diagnose-'));
  try {
    const file = join(folder, 'host.json');
    writeFileSync(file, JSON.stringify(snapshot));
    return await runDiagnosis({ from, to, passive: true, wait: 0, read: [file] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The namespace of a container, or `host`, to change. */
export function namespaceOf(snapshot: HostSnapshot, name: string): NamespaceState {
  const id = name === 'host' ? ns(0) : snapshot.containers.find((one) => one.name === name)?.namespace;
  const found = snapshot.namespaces.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no namespace ${name}`);
  return found;
}

export function linkOf(snapshot: HostSnapshot, name: string, device: string): LinkState {
  const found = namespaceOf(snapshot, name).links.find((one) => one.name === device);
  if (found === undefined) throw new Error(`no link ${device}`);
  return found;
}

/** Changes the text of a namespace's rules. */
export function rules(snapshot: HostSnapshot, name: string, change: (text: string) => string): void {
  const [dump] = namespaceOf(snapshot, name).rulesets;
  if (dump?.text === undefined) throw new Error(`no rules in ${name}`);
  dump.text = change(dump.text);
}

/** The evidence that a diagnosis of this host has, with what an attempt brought. */
export function evidenceOf(
  snapshot: HostSnapshot,
  fromText: string,
  toText: string,
  brought: Partial<Evidence> = {},
  answer: DnsAnswer | null = null,
): Evidence {
  const { lookup } = hostStateOf(snapshot);
  const scene = new Scene(snapshot, lookup);
  const from = parseFrom(fromText, scene);
  const target = parseTarget(toText);
  const resolution = resolveTarget(scene, from, target, answer);
  const ways = findWays(scene, from, target, resolution);
  return {
    scene,
    from,
    fromEnd: fromEnd(fromText, from, scene),
    target,
    toEnd: {
      given: toText,
      kind: 'address',
      namespace: null,
      container: null,
      address: resolution.address,
      port: target.port,
      protocol: target.protocol,
    },
    resolution,
    ...ways,
    probe: null,
    seen: [],
    aftermath: null,
    asking: [],
    stopped: [],
    ...brought,
  };
}

/** An attempt that nobody answered. */
export const unanswered = {
  outcome: 'no-answer',
  error: 'ETIMEDOUT',
  milliseconds: 3200,
  greeting: new Uint8Array(),
  spoke: false,
  closed: false,
  localPort: 40000,
} as const satisfies ProbeResult;

/** A packet of it, as an interface saw it. */
export function seenAt(
  place: string,
  kind: SeenPacket['kind'],
  source: string,
  destination: string,
): SeenPacket {
  const text = `${source} > ${destination} ${kind}`;
  return { interface: place, seconds: 1, nanoseconds: 0, text, summary: text, kind, source, destination };
}

/** What the host looks like once more, after `change`. */
export function afterwards(
  evidence: Evidence,
  change: (namespace: NamespaceState) => void = () => {},
): Aftermath {
  const namespaces = structuredClone(evidence.scene.snapshot.namespaces);
  for (const namespace of namespaces) change(namespace);
  return aftermathOf(evidence.scene, namespaces);
}
