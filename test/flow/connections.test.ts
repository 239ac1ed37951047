import { describe, expect, it } from 'vitest';
import type { NamespacedEntry } from '../../src/flow/connections/conntrack.ts';
import { ConnectionJoiner, type JoinContext } from '../../src/flow/connections.ts';
import { Harness, namesOf } from './harness.ts';
import {
  ACK,
  type EthernetOptions,
  echo,
  ethernet,
  type IpOptions,
  icmp,
  ip,
  RST,
  SYN,
  type TcpOptions,
  tcp,
  text,
  udp,
  vxlan,
} from './packets.ts';

const interfaces = ['web:eth0', 'host:veth1', 'host:docker0', 'host:eth0', 'db:eth0', 'host:veth2'];
const [web, veth1, docker0, eth0, db, veth2] = [0, 1, 2, 3, 4, 5];

type End = readonly [address: string, port: number];

/** A capture on the interfaces above, and its connections. */
class Capture extends Harness {
  readonly #joiner = new ConnectionJoiner(this.table);
  readonly context: { -readonly [K in keyof JoinContext]: JoinContext[K] } = {
    names: namesOf(interfaces),
    conntrack: [],
  };

  tcp(on: number, at: number, from: End, to: End, options: TcpOptions): void {
    this.send(ethernet(ip(from[0], to[0], 6, tcp(from[1], to[1], options))), { on, at });
  }

  udp(
    on: number,
    at: number,
    from: End,
    to: End,
    payload: string,
    options: IpOptions & EthernetOptions = {},
  ) {
    this.send(ethernet(ip(from[0], to[0], 17, udp(from[1], to[1], text(payload)), options), options), {
      on,
      at,
    });
  }

  ping(on: number, at: number, from: string, to: string, options: IpOptions & EthernetOptions = {}): void {
    this.send(ethernet(ip(from, to, 1, echo(false, 7, 1, text('abcdefgh')), options), options), { on, at });
  }

  connections() {
    return this.#joiner.join(this.context);
  }

  /** Flow ids by connection. */
  groups(): number[][] {
    return this.connections().map((connection) => [...connection.flows]);
  }
}

const client: End = ['172.17.0.2', 40_000];
const server: End = ['172.17.0.3', 3306];
const syn = { flags: SYN, seq: 1000 };

describe('connections', () => {
  it('join the same packets on the interfaces of their way, in its order', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(veth1, 0.00001, client, server, syn);
    capture.tcp(docker0, 0.00002, client, server, syn);
    capture.tcp(db, 0.00004, client, server, syn);
    const [connection, ...others] = capture.connections();
    expect(others).toEqual([]);
    expect(connection).toMatchObject({ id: 1, flows: [1, 2, 3, 4], lastSeenAt: 'db:eth0', changes: [] });
    expect(connection?.path.map((step) => [step.interface, step.flow, step.deltaUs])).toEqual([
      ['web:eth0', 1, 0],
      ['host:veth1', 2, 10],
      ['host:docker0', 3, 20],
      ['db:eth0', 4, 40],
    ]);
    expect(capture.flows(capture.context.names).map((flow) => flow.connection)).toEqual([1, 1, 1, 1]);
  });

  it('pass a port before its bridge where both have the time at which the packet came in', () => {
    const capture = new Capture();
    capture.context.names = { ...capture.context.names, depthOf: (id) => (id === docker0 ? 1 : 0) };
    capture.tcp(docker0, 0, client, server, syn);
    capture.tcp(veth1, 0, client, server, syn);
    capture.tcp(veth2, 0.00001, client, server, syn);
    const [connection] = capture.connections();
    expect(connection?.path.map((step) => step.interface)).toEqual([
      'host:veth1',
      'host:docker0',
      'host:veth2',
    ]);
  });

  it('join a connection before and after DNAT by its initial sequence number', () => {
    const capture = new Capture();
    const outside: End = ['192.0.2.9', 50_000];
    capture.tcp(eth0, 0, outside, ['192.0.2.2', 8080], syn);
    capture.tcp(docker0, 0.00005, outside, ['172.17.0.2', 80], syn);
    capture.tcp(web, 0.00009, outside, ['172.17.0.2', 80], syn);
    expect(capture.connections()).toMatchObject([
      {
        flows: [1, 2, 3],
        changes: [
          {
            before: 1,
            after: 2,
            source: null,
            destination: { from: '192.0.2.2:8080', to: '172.17.0.2:80' },
            evidence: 'packets',
          },
        ],
      },
    ]);
  });

  it('join a connection before and after MASQUERADE, and both at once', () => {
    const capture = new Capture();
    capture.tcp(docker0, 0, client, ['192.0.2.9', 443], syn);
    capture.tcp(eth0, 0.00005, ['192.0.2.2', 40_000], ['192.0.2.9', 443], syn);
    const hairpin = { flags: SYN, seq: 2000 };
    capture.tcp(veth1, 1, client, ['192.0.2.2', 8080], hairpin);
    capture.tcp(docker0, 1.00001, client, ['192.0.2.2', 8080], hairpin);
    capture.tcp(docker0, 1.00002, ['172.17.0.1', 40_000], ['172.17.0.3', 80], hairpin);
    capture.tcp(db, 1.00003, ['172.17.0.1', 40_000], ['172.17.0.3', 80], hairpin);
    const [out, back] = capture.connections();
    expect(out?.changes[0]).toMatchObject({
      source: { from: '172.17.0.2:40000', to: '192.0.2.2:40000' },
      destination: null,
    });
    expect(back).toMatchObject({
      flows: [3, 4, 5, 6],
      changes: [
        {
          before: 4,
          after: 5,
          source: { from: '172.17.0.2:40000', to: '172.17.0.1:40000' },
          destination: { from: '192.0.2.2:8080', to: '172.17.0.3:80' },
        },
      ],
    });
  });

  it('do not join the same 5-tuple of two networks that have nothing to do with each other', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, { flags: SYN, seq: 1 });
    capture.tcp(db, 0.00001, client, server, { flags: SYN, seq: 2 });
    capture.udp(web, 0, client, server, 'same', { id: 5 });
    capture.udp(db, 0.00001, client, server, 'same', { id: 6 });
    capture.udp(veth1, 0, client, server, 'no id', { from: 1, to: 2 });
    capture.udp(veth2, 0.00001, client, server, 'no id', { from: 3, to: 4 });
    expect(capture.groups()).toHaveLength(6);
  });

  it('do not join what was at another time', () => {
    const capture = new Capture();
    capture.udp(web, 0, client, server, 'same', { id: 5 });
    capture.udp(db, 20, client, server, 'same', { id: 5 });
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(db, 60, client, server, syn);
    expect(capture.groups()).toHaveLength(4);
  });

  it('do not join two containers that ping one address with the same payload', () => {
    const capture = new Capture();
    for (const [at, from, veth, mac] of [
      [0, '172.17.0.2', veth1, 1],
      [0.0001, '172.17.0.3', veth2, 5],
    ] as const) {
      capture.ping(veth, at, from, '172.17.0.9', { from: mac });
      capture.ping(docker0, at + 0.00001, from, '172.17.0.9', { from: mac });
    }
    expect(capture.groups()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('do not join two pings through the flow that holds both behind NAT', () => {
    const capture = new Capture();
    capture.ping(web, 0, '172.17.0.2', '192.0.2.9', { id: 100 });
    capture.ping(eth0, 0.0001, '192.0.2.2', '192.0.2.9', { id: 100, ttl: 63 });
    capture.ping(db, 0.1, '172.17.0.3', '192.0.2.9', { id: 200 });
    capture.ping(eth0, 0.1001, '192.0.2.2', '192.0.2.9', { id: 200, ttl: 63 });
    const groups = capture.groups();
    expect(groups).toHaveLength(2);
    expect(groups.some((flows) => flows.includes(1) && flows.includes(3))).toBe(false);
  });

  it('do not join queries that one resolver sends to two servers at once', () => {
    const capture = new Capture();
    for (const [at, to] of [
      [0, '8.8.8.8'],
      [0.00001, '9.9.9.9'],
    ] as const) {
      capture.udp(veth1, at, client, [to, 53], 'query 17');
      capture.udp(docker0, at + 0.00005, client, [to, 53], 'query 17');
    }
    expect(capture.groups()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('join datagrams across NAT by identification and payload, and without identification by payload alone', () => {
    const capture = new Capture();
    const nat: End = ['192.0.2.2', 40_000];
    capture.udp(docker0, 0, client, ['192.0.2.9', 53], 'query 1', { id: 77 });
    capture.udp(eth0, 0.0001, nat, ['192.0.2.9', 53], 'query 1', { id: 77, ttl: 63 });
    capture.udp(docker0, 1, client, ['192.0.2.8', 53], 'query 2');
    capture.udp(eth0, 1.0001, nat, ['192.0.2.8', 53], 'query 2', { ttl: 63 });
    expect(capture.groups()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('take conntrack for proof where the packets alone prove nothing', () => {
    const capture = new Capture();
    capture.ping(docker0, 0, '172.17.0.2', '192.0.2.9');
    capture.ping(eth0, 0.0001, '192.0.2.2', '192.0.2.9', { ttl: 63 });
    expect(capture.groups()).toHaveLength(2);
    capture.context.conntrack = [
      translated('host', 1, ['172.17.0.2', 0], ['192.0.2.9', 0], ['192.0.2.2', 0]),
    ];
    expect(capture.connections()).toMatchObject([
      { id: 1, flows: [1, 2], changes: [{ evidence: 'conntrack' }] },
    ]);
  });

  it('do not take the conntrack of another namespace for proof', () => {
    const capture = new Capture();
    capture.ping(docker0, 0, '172.17.0.2', '192.0.2.9');
    capture.ping(eth0, 0.0001, '192.0.2.2', '192.0.2.9', { ttl: 63 });
    capture.context.conntrack = [
      translated('other', 1, ['172.17.0.2', 0], ['192.0.2.9', 0], ['192.0.2.2', 0]),
    ];
    expect(capture.groups()).toHaveLength(2);
  });

  it('join captures that began in the middle of a TCP connection', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, { seq: 5000, ack: 900, payload: text('early') });
    capture.tcp(web, 0.1, client, server, { seq: 5005, ack: 900, payload: text('late') });
    capture.tcp(db, 0.10001, client, server, { seq: 5005, ack: 900, payload: text('late') });
    capture.tcp(eth0, 0.1, client, server, { seq: 900_000, ack: 3, payload: text('other') });
    expect(capture.groups()).toEqual([[1, 2], [3]]);
  });

  it('join what is inside a tunnel with the same packets outside; the tunnel is a connection of its own', () => {
    const capture = new Capture();
    const frame = ethernet(ip(client[0], server[0], 6, tcp(client[1], server[1], syn)));
    capture.send(frame, { on: web });
    capture.send(ethernet(ip('192.0.2.2', '192.0.2.3', 17, vxlan(42, 999, frame))), { on: eth0, at: 0.0001 });
    expect(capture.groups()).toEqual([[1, 3], [2]]);
  });

  it('stay what they are when a port is used again later', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(db, 0.0001, client, server, syn);
    expect(capture.groups()).toEqual([[1, 2]]);
    capture.tcp(web, 90, client, server, { flags: SYN, seq: 7777 });
    capture.tcp(db, 90.0001, client, server, { flags: SYN, seq: 7777 });
    capture.tcp(eth0, 90.0002, ['192.0.2.2', 40_000], server, { flags: SYN, seq: 7777 });
    expect(capture.groups()).toEqual([[1, 2, 3]]);
  });

  it('are the same array until something changes, and only what changed is made anew', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, { payload: text('x') });
    capture.tcp(web, 0, client, [server[0], 1], { payload: text('x') });
    const before = capture.connections();
    expect(capture.connections()).toBe(before);
    capture.tcp(web, 0, client, server, { payload: text('y') });
    const after = capture.connections();
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});

describe('what is wrong with a connection', () => {
  const problem = (capture: Capture) => {
    capture.table.finish();
    return capture.connections()[0]?.problem;
  };

  it('nothing, for one that ends as it should', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(web, 0, server, client, { flags: SYN | ACK, seq: 1, ack: 1001 });
    capture.tcp(web, 0, client, server, { seq: 1001, ack: 2 });
    expect(problem(capture)).toBe('');
  });

  it('RST in answer to the SYN, from the translated address', () => {
    const capture = new Capture();
    capture.tcp(eth0, 0, ['192.0.2.9', 5], ['192.0.2.2', 8080], syn);
    capture.tcp(docker0, 0.0001, ['192.0.2.9', 5], ['172.17.0.2', 80], syn);
    capture.tcp(docker0, 0.0002, ['172.17.0.2', 80], ['192.0.2.9', 5], { flags: RST | ACK, ack: 1001 });
    capture.tcp(eth0, 0.0003, ['192.0.2.2', 8080], ['192.0.2.9', 5], { flags: RST | ACK, ack: 1001 });
    expect(problem(capture)).toBe(
      '172.17.0.2:80 answered with RST: nothing listens there, or a rule rejects it',
    );
  });

  it('no answer, and where the packets were last seen', () => {
    const capture = new Capture();
    for (const at of [0, 1, 3, 7]) {
      capture.tcp(web, at, client, server, syn);
      capture.tcp(docker0, at + 0.0001, client, server, syn);
    }
    expect(problem(capture)).toBe('no answer from 172.17.0.3:3306 after 4 SYNs; last seen at host:docker0');
  });

  it('an answer that is lost on its way back', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(docker0, 0.0001, client, server, syn);
    capture.tcp(docker0, 0.0002, server, client, { flags: SYN | ACK, seq: 1, ack: 1001 });
    expect(problem(capture)).toBe(
      'the answer of 172.17.0.3:3306 was last seen at host:docker0 and did not reach web:eth0',
    );
  });

  it('a handshake that the client never ends, known at the end of the capture', () => {
    const capture = new Capture();
    capture.tcp(web, 0, client, server, syn);
    capture.tcp(web, 0, server, client, { flags: SYN | ACK, seq: 1, ack: 1001 });
    expect(capture.connections()[0]?.problem).toBe('');
    expect(problem(capture)).toBe(
      '172.17.0.3:3306 answered the SYN, but 172.17.0.2:40000 did not complete the handshake',
    );
  });

  it('an ICMP error', () => {
    const capture = new Capture();
    const packet = ip(client[0], server[0], 6, tcp(client[1], server[1], syn));
    capture.send(ethernet(packet), { on: web });
    capture.send(ethernet(ip('172.17.0.1', client[0], 1, icmp(3, 3, 0, packet.subarray(0, 28)))), {
      on: web,
    });
    expect(problem(capture)).toBe('172.17.0.3:3306 was rejected: icmp port unreachable from 172.17.0.1');
  });
});

/** A conntrack entry whose source address was translated. */
function translated(namespace: string, protocol: number, from: End, to: End, after: End): NamespacedEntry {
  return {
    namespace,
    entry: {
      family: 'ip',
      protocol,
      original: { source: from[0], destination: to[0], sourcePort: from[1], destinationPort: to[1] },
      reply: { source: to[0], destination: after[0], sourcePort: to[1], destinationPort: after[1] },
      status: [],
    },
  };
}
