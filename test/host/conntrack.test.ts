import { afterAll, beforeAll, expect, it } from 'vitest';
import { followConntrack } from '../../src/host/conntrack-events.ts';
import type { ConntrackEntry, ConntrackTuple, NamespaceState } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

const script = `
ip netns add server
ip link add v0 type veth peer name v1 netns server
ip addr add 10.1.0.1/24 dev v0; ip link set v0 up
ip addr add fd01::1/64 dev v0 nodad
ip -n server addr add 10.1.0.2/24 dev v1; ip -n server link set v1 up; ip -n server link set lo up
ip -n server addr add fd01::2/64 dev v1 nodad
ip route add 10.9.9.9 via 10.1.0.2
iptables-nft -t nat -A OUTPUT -d 10.9.9.9 -p tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80
iptables-nft -A OUTPUT -m conntrack --ctstate NEW -j CONNMARK --set-mark 5
ip6tables-nft -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT
echo 1 > /proc/sys/net/netfilter/nf_conntrack_acct
`;

const connect = `
import socket, sys
def tcp(family, address, port):
    s = socket.socket(family); s.settimeout(2)
    try: s.connect((address, port)); return s
    except OSError: return None
def server(family, address):
    s = socket.socket(family, socket.SOCK_STREAM); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, 80)); s.listen(); return s
`;

const serve = `${connect}
import time
kept = [server(socket.AF_INET, '10.1.0.2'), server(socket.AF_INET6, 'fd01::2')]
print('ready', flush=True)
time.sleep(60)
`;

const talk = `${connect}
kept = [tcp(socket.AF_INET, '10.9.9.9', 8080), tcp(socket.AF_INET, '10.1.0.2', 81), tcp(socket.AF_INET6, 'fd01::2', 80)]
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b'x', ('10.1.0.2', 9999))
echo = bytes([8, 0, 0xe5, 0xca, 0x12, 0x34, 0, 1])
socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).sendto(echo, ('10.1.0.2', 0))
import time; time.sleep(0.1)
`;

const tools = ['unshare', 'nsenter', 'ip', 'iptables-nft', 'ip6tables-nft', 'conntrack', 'python3'];

/** What both say of an entry. */
interface Compared {
  readonly family: 'ip' | 'ip6';
  readonly protocol: number;
  readonly original: ConntrackTuple;
  readonly reply: ConntrackTuple;
  readonly state: string | undefined;
  readonly timeout?: number | undefined;
  readonly mark: number | undefined;
  readonly packets: ConntrackEntry['packets'];
  readonly bytes: ConntrackEntry['bytes'];
  readonly assured: boolean;
  readonly unreplied: boolean;
}

describeWithTools(tools, 'conntrack, against conntrack -L', () => {
  let lab: Lab;
  let state: NamespaceState;
  const events: ConntrackEntry[] = [];

  beforeAll(async () => {
    lab = await startLab(`${script}\nip netns exec server python3 -c "${serve}" > /run/server &
until grep -q ready /run/server; do sleep 0.05; done`);
    const follower = followConntrack(`/proc/${lab.pid}/ns/net`, (entry) => events.push(entry));
    lab.run('python3', '-c', talk);
    await new Promise((done) => setTimeout(done, 200));
    expect(follower.overruns()).toBe(0);
    follower.stop();
    follower.stop();
    state = readLab(lab).state;
  });
  afterAll(() => lab?.stop());

  /** A line of `conntrack -L`, in our words. */
  const parse = (line: string, family: 'ip' | 'ip6'): Compared => {
    const all = (key: string) =>
      [...line.matchAll(new RegExp(` ${key}=(\\S+)`, 'g'))].map(([, value]) => value);
    const numbers = (key: string) => all(key).map(Number);
    const [protocol = 0, timeout] = line.split(/\s+/).slice(1, 3).map(Number);
    const side = (index: number): ConntrackTuple => ({
      source: all('src')[index] ?? '',
      destination: all('dst')[index] ?? '',
      ...(all('sport').length > 0 && {
        sourcePort: numbers('sport')[index] ?? 0,
        destinationPort: numbers('dport')[index] ?? 0,
      }),
      ...(all('id').length > 0 && {
        icmpType: numbers('type')[index] ?? 0,
        icmpCode: numbers('code')[index] ?? 0,
        icmpId: numbers('id')[index] ?? 0,
      }),
    });
    return {
      family,
      protocol,
      original: side(0),
      reply: side(1),
      state: /^tcp\s+\d+ \d+ (\S+)/.exec(line)?.[1],
      timeout,
      mark: numbers('mark')[0] || undefined,
      packets: { original: numbers('packets')[0] ?? 0, reply: numbers('packets')[1] ?? 0 },
      bytes: { original: numbers('bytes')[0] ?? 0, reply: numbers('bytes')[1] ?? 0 },
      assured: line.includes('[ASSURED]'),
      unreplied: line.includes('[UNREPLIED]'),
    };
  };

  it('has every entry with tuples, state, counters, mark and status', () => {
    const truth = (['ip', 'ip6'] as const).flatMap((family) =>
      lab
        .run('conntrack', '-L', '-f', family === 'ip' ? 'ipv4' : 'ipv6')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => parse(line, family)),
    );
    const seen = state.conntrack.map(
      ({ status, zone: _, state: tcpState, mark, packets, bytes, ...entry }) => ({
        ...entry,
        state: tcpState,
        mark,
        packets,
        bytes,
        assured: status.includes('assured'),
        unreplied: status.includes('unreplied'),
      }),
    );
    // Seconds pass between the two.
    const key = ({ protocol, original }: { protocol?: number | undefined; original: ConntrackTuple }) =>
      [protocol, original.source, original.destination, original.destinationPort ?? original.icmpId].join(
        ' ',
      );
    const byTuple = (entries: readonly Compared[]) =>
      entries.map(({ timeout: _, ...entry }) => entry).sort((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(byTuple(seen)).toEqual(byTuple(truth));
    expect(seen.length).toBeGreaterThanOrEqual(4);
  });

  it('has what every entry holds', () => {
    const translated = state.conntrack.find(({ original }) => original.destination === '10.9.9.9');
    expect(translated).toMatchObject({
      protocol: 6,
      original: { source: '10.1.0.1', destinationPort: 8080 },
      reply: { source: '10.1.0.2', sourcePort: 80 },
      mark: 5,
    });
    expect(translated?.status).toEqual(
      expect.arrayContaining(['seen_reply', 'assured', 'confirmed', 'dst_nat']),
    );
  });

  it('follows new, changed and ended connections as they come', () => {
    const translated = events.filter(({ original }) => original.destination === '10.9.9.9');
    expect(translated.length).toBeGreaterThan(1);
    expect(translated[0]).toMatchObject({ state: 'SYN_SENT', reply: { source: '10.1.0.2', sourcePort: 80 } });
    const refused = events.filter(({ original }) => original.destinationPort === 81);
    expect(refused.at(-1)).toMatchObject({ protocol: 6 });
    expect(events.some(({ family }) => family === 'ip6')).toBe(true);
    expect(events.some(({ protocol }) => protocol === 1)).toBe(true);
  });
});
