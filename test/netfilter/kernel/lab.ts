/** Drives `lab.py`: a router under test and the hosts around it, in namespaces of their own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface QuotedPacket {
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly type?: number;
  readonly id?: number;
}

export interface SentPacket {
  readonly from: 'A' | 'B' | 'C1' | 'C2' | 'R';
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly flags?: number;
  readonly type?: number;
  readonly code?: number;
  /** ICMP identifier; 7 by default. */
  readonly id?: number;
  readonly mark?: number;
  readonly ttl?: number;
  readonly tos?: number;
  readonly payload?: number;
  /** What an ICMP error is about. */
  readonly quoted?: QuotedPacket;
  /** Destination MAC; the router's by default. */
  readonly mac?: string;
}

export interface TraceEvent {
  readonly table: string;
  readonly chain: string;
  readonly handle: number | null;
  readonly type: 'rule' | 'return' | 'policy' | null;
  /** NF_DROP 0, NF_ACCEPT 1, NFT_CONTINUE -1, ... */
  readonly verdict: number | null;
  readonly policy: number | null;
}

export interface SeenPacket {
  readonly peer: 'A' | 'B' | 'C1' | 'C2';
  readonly source: string;
  readonly destination: string;
  readonly sport: number;
  readonly dport: number;
  readonly ttl: number;
  readonly tos: number;
  readonly quoted: {
    readonly source: string;
    readonly destination: string;
    readonly sport: number;
    readonly dport: number;
  } | null;
}

export interface Sending {
  readonly before: readonly string[];
  readonly error: string | null;
  readonly events: readonly TraceEvent[];
  readonly seen: readonly SeenPacket[];
  readonly after: readonly string[];
}

/** Why the kernel cannot be asked here; null when it can. */
export const labMissing: string | null = (() => {
  if (process.getuid?.() !== 0) return 'needs root';
  for (const tool of ['python3', 'nft', 'iptables-nft-restore', 'unshare', 'bridge']) {
    if (spawnSync('which', [tool]).status !== 0) return `needs ${tool}`;
  }
  return null;
})();

export class Lab {
  private readonly child: ChildProcess;
  private readonly waiting: ((answer: unknown) => void)[] = [];
  private errors = '';

  private constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => this.waiting.shift()?.(JSON.parse(line)));
    }
    child.stderr?.on('data', (data) => {
      this.errors += String(data);
    });
    child.on('exit', () => {
      for (const resolve of this.waiting.splice(0)) resolve({ failed: `the lab ended: ${this.errors}` });
    });
  }

  static async start(): Promise<Lab> {
    const script = fileURLToPath(new URL('./lab.py', import.meta.url));
    const lab = new Lab(spawn('unshare', ['-n', 'python3', script], { stdio: ['pipe', 'pipe', 'pipe'] }));
    await lab.next();
    return lab;
  }

  private next<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push((answer) => {
        if (typeof answer === 'object' && answer !== null && 'failed' in answer) {
          reject(new Error(String(answer.failed)));
        } else {
          resolve(answer as Answer);
        }
      });
    });
  }

  private ask<Answer>(request: Readonly<Record<string, unknown>>): Promise<Answer> {
    const answer = this.next<Answer>();
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    return answer;
  }

  /** Loads a dump; the tool's complaint when it does not take it. */
  async load(family: 'ip' | 'ip6', rules: string, backend: 'nft' | 'legacy' = 'nft'): Promise<string | null> {
    const answer = await this.ask<{ error?: string }>({ do: 'load', family, rules, backend });
    return answer.error ?? null;
  }

  /** Rules by table, chain and handle, in order. */
  async handles(family: 'ip' | 'ip6'): Promise<ReadonlyMap<string, number>> {
    const { rules } = await this.ask<{
      rules: { family: string; table: string; chain: string; handle: number }[];
    }>({
      do: 'handles',
    });
    const counts = new Map<string, number>();
    const positions = new Map<string, number>();
    for (const { family: own, table, chain, handle } of rules) {
      if (own !== family) continue;
      const position = (counts.get(`${table} ${chain}`) ?? 0) + 1;
      counts.set(`${table} ${chain}`, position);
      positions.set(`${table} ${chain} ${handle}`, position);
    }
    return positions;
  }

  send(packet: SentPacket, wait = 3): Promise<Sending> {
    return this.ask<Sending>({ do: 'send', packet, wait });
  }

  run(words: readonly string[], input?: string): Promise<{ status: number; out: string; error: string }> {
    return this.ask({ do: 'run', words, input });
  }

  /** Whether the router's own answers (resets, ICMP errors, echo replies) are thrown away before any rule. */
  silence(on: boolean): Promise<unknown> {
    return this.ask({ do: 'silence', on });
  }

  sysctl(name: string, value: number): Promise<unknown> {
    return this.ask({ do: 'sysctl', name, value });
  }

  close(): void {
    this.child.stdin?.end();
  }
}
