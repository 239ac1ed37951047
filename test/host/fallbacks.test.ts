import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConntrackLine } from '../../src/host/conntrack-file.ts';
import { inNamespace } from '../../src/host/namespaces/enter.ts';
import { parseTable, readListeners, tables } from '../../src/host/sockets.ts';
import type { Listener } from '../../src/snapshot/schema.ts';
import { describeWithTools, type Lab, startLab } from './support.ts';

const script = `
ip link add v0 type veth peer name v1
ip addr add 10.1.0.1/24 dev v0; ip link set v0 up; ip link set v1 up
iptables-nft -A OUTPUT -m conntrack --ctstate NEW -j ACCEPT
python3 -c "
import socket, time
kept = [socket.create_server(('10.1.0.1', 80)), socket.create_server(('::1', 81), family=socket.AF_INET6)]
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('127.0.0.1', 53)); kept.append(u)
kept.append(socket.create_connection(('10.1.0.1', 80)))
print('started', flush=True)
time.sleep(60)" > /run/server &
until grep -q started /run/server; do sleep 0.05; done
`;

describeWithTools(['unshare', 'nsenter', 'ip', 'iptables-nft', 'python3'], 'kernels with less', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab(script);
  });
  afterAll(() => lab?.stop());

  it('give the same listeners by /proc as by sock_diag', () => {
    const [asked, parsed] = inNamespace(`/proc/${lab.pid}/ns/net`, () => [
      readListeners(new Map()),
      tables.flatMap((table) => parseTable(table, new Map())),
    ]);
    // Only sock_diag tells the limit of the accept queue and IPV6_V6ONLY.
    const common = (listeners: readonly Listener[] = []) =>
      listeners.map(({ sendQueue: _, v6only: __, ...listener }) => listener).sort((a, b) => a.port - b.port);
    expect(common(parsed)).toEqual(common(asked));
    expect(parsed).toHaveLength(3);
  });

  it.each([
    'ipv4     2 tcp      6 431998 ESTABLISHED src=172.17.0.1 dst=172.17.0.2 sport=50732 dport=80 packets=5 bytes=400 src=172.17.0.2 dst=172.17.0.1 sport=80 dport=50732 packets=4 bytes=300 [ASSURED] mark=7 zone=3 use=2',
  ])('give tracked connections by /proc: %s', (line) => {
    expect(parseConntrackLine(line)).toEqual({
      family: 'ip',
      protocol: 6,
      timeout: 431998,
      state: 'ESTABLISHED',
      status: ['seen_reply', 'assured'],
      original: { source: '172.17.0.1', destination: '172.17.0.2', sourcePort: 50732, destinationPort: 80 },
      reply: { source: '172.17.0.2', destination: '172.17.0.1', sourcePort: 80, destinationPort: 50732 },
      packets: { original: 5, reply: 4 },
      bytes: { original: 400, reply: 300 },
      mark: 7,
      zone: 3,
    });
  });

  it('are not confused by lines that are no entries', () => {
    expect(parseConntrackLine('')).toBeUndefined();
    expect(parseConntrackLine('nonsense')).toBeUndefined();
    expect(
      parseConntrackLine('ipv4 2 icmp 1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=9 [UNREPLIED]'),
    ).toMatchObject({
      protocol: 1,
      original: { icmpType: 8, icmpId: 9 },
      status: ['unreplied'],
    });
  });
});
