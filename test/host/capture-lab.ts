/** Two namespaces joined by a veth pair, with traffic to capture. Nothing of it is in the machine's own namespaces. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureInterface } from '../../src/capture-file/model.ts';
import type { CaptureTarget, LiveSink } from '../../src/host/capture/model.ts';
import { frame, pcap } from '../capture-file/support.ts';

export interface Seen {
  readonly interfaces: CaptureInterface[];
  /** Of each packet: interface, time as a sortable string, frame in hex, wire length. */
  readonly packets: { interfaceId: number; time: string; bytes: string; wireLength: number }[];
  readonly ended: [number, string][];
  packetCount: number;
}

/** @param keep false: packets are only counted. */
export function liveCollector(keep = true): { seen: Seen; sink: LiveSink } {
  const seen: Seen = { interfaces: [], packets: [], ended: [], packetCount: 0 };
  return {
    seen,
    sink: {
      interface: (device) => seen.interfaces.push(device),
      packet: (record) => {
        seen.packetCount++;
        if (!keep) return;
        const end = record.start + record.capturedLength;
        seen.packets.push({
          interfaceId: record.interfaceId,
          time: `${record.seconds}.${String(record.nanoseconds).padStart(9, '0')}`,
          bytes: Buffer.from(record.buffer.subarray(record.start, end)).toString('hex'),
          wireLength: record.wireLength,
        });
      },
      warning: () => {},
      ended: (interfaceId, why) => seen.ended.push([interfaceId, why]),
    },
  };
}

export class VethLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'netscope-capture-'));
  readonly #holders: ChildProcess[] = [];

  /** Namespaces 0 and 1, with the veth ends `va` and `vb` in them, up, without addresses. */
  static async create(): Promise<VethLab> {
    const lab = new VethLab();
    await lab.addNamespace();
    await lab.addNamespace();
    lab.addPair('va', 'vb');
    return lab;
  }

  async addNamespace(): Promise<void> {
    const holder = spawn('unshare', ['-n', 'sleep', '300'], { stdio: 'ignore' });
    this.#holders.push(holder);
    while (readlinkSync(`/proc/${holder.pid}/ns/net`) === readlinkSync('/proc/self/ns/net'))
      await new Promise((done) => setTimeout(done, 5));
    // Nothing of its own accord on the wire: no neighbour discovery.
    this.run(this.#holders.length - 1, 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1');
  }

  addPair(a: string, b: string): void {
    this.run(
      0,
      'ip',
      'link',
      'add',
      a,
      'type',
      'veth',
      'peer',
      'name',
      b,
      'netns',
      String(this.#holders[1]?.pid),
    );
    this.run(0, 'ip', 'link', 'set', a, 'up');
    this.run(1, 'ip', 'link', 'set', b, 'up');
  }

  path(namespace: number): string {
    return `/proc/${this.#holders[namespace]?.pid}/ns/net`;
  }

  target(namespace: number, name: string): CaptureTarget {
    return {
      namespacePath: this.path(namespace),
      namespaceName: `n${namespace}`,
      interface: name,
      index: null,
    };
  }

  run(namespace: number, ...command: string[]): string {
    return execFileSync('nsenter', [`--net=${this.path(namespace)}`, '--', ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  start(namespace: number, ...command: string[]): ChildProcess {
    return spawn('nsenter', [`--net=${this.path(namespace)}`, '--', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Sends `count` UDP datagrams to ports 9 and 10 in turn out of `name`, at `rate` a second. */
  async send(namespace: number, name: string, count: number, rate: number): Promise<void> {
    const path = join(this.folder, 'traffic.pcap');
    const packets = Array.from({ length: Math.min(count, 1000) }, (_, at) => ({ frame: datagram(at) }));
    writeFileSync(path, pcap(packets));
    const loops = String(Math.ceil(count / packets.length));
    await finished(
      this.start(
        namespace,
        'tcpreplay',
        '-q',
        '-K',
        '-i',
        name,
        '--pps',
        String(rate),
        '--loop',
        loops,
        path,
      ),
    );
  }

  /** rx_packets of the interface, as the kernel counts them. */
  received(namespace: number, name: string): number {
    const links: unknown = JSON.parse(this.run(namespace, 'ip', '-j', '-s', 'link', 'show', 'dev', name));
    return Number(/"rx":\{"bytes":\d+,"packets":(\d+)/.exec(JSON.stringify(links))?.[1]);
  }

  remove(): void {
    for (const holder of this.#holders) holder.kill('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}

/** A UDP datagram of 100 bytes to port 9 or 10, with a payload of its own. */
function datagram(number: number): Buffer {
  const bytes = Buffer.alloc(100);
  bytes.write('0200000000020200000000010800', 'hex');
  bytes.write('4500005600000000401100000a0900010a090002', 14, 'hex');
  bytes.writeUInt16BE(1000, 34);
  bytes.writeUInt16BE(9 + (number % 2), 36);
  bytes.writeUInt16BE(66, 38);
  bytes.set(frame(58, number + 1), 42);
  return bytes;
}

export function finished(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr?.on('data', (text: Buffer) => {
      words += text.toString();
    });
    child.stdout?.resume();
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(words))));
  });
}

/** Resolves when the child has written `text` to standard error. */
export function says(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words += chunk.toString();
      if (words.includes(text)) resolve();
    });
    child.once('close', () => reject(new Error(words)));
  });
}
