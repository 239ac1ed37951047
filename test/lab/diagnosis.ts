/** `netscope diagnose` on a lab host, as the tests judge it: what it found, how long it took, and what its fix is worth. */
import { expect } from 'vitest';
import type { LabHost } from './host.ts';

export interface Diagnosed {
  readonly reachable: boolean | null;
  readonly findings: readonly {
    readonly cause: string;
    readonly severity: string;
    readonly confidence: string;
    readonly summary: string;
    readonly evidence: readonly { readonly kind: string; readonly where: string; readonly text: string }[];
    readonly fix: readonly string[];
  }[];
}

export async function diagnosed(
  host: LabHost,
  from: string,
  to: string,
): Promise<{ readonly document: Diagnosed; readonly seconds: number }> {
  const started = performance.now();
  const { stdout, stderr, exitCode } = await host.netscope(['diagnose', from, to, '--json', '--wait', '1']);
  const seconds = (performance.now() - started) / 1000;
  expect([0, 1], stderr).toContain(exitCode);
  const document: Diagnosed = JSON.parse(stdout);
  expect(exitCode).toBe(blockers(document).length > 0 ? 1 : 0);
  return { document, seconds };
}

export function blockers({ findings }: Diagnosed): Diagnosed['findings'] {
  return findings.filter(({ severity }) => severity === 'blocker');
}

/**
 * The commands of these findings, where a lab host can run them as they are. It has no systemd, may not change the size of the
 * machine's connection table, and what is to be looked into is for a person.
 */
export function fixOf(findings: Diagnosed['findings']): readonly string[] {
  const commands = [...new Set(findings.flatMap(({ fix }) => fix))];
  const needsHand =
    findings.some(({ fix }) => fix.length === 0) ||
    commands.some((one) =>
      /^(netscope|systemctl|docker run) |REMOTE|nf_conntrack_max=|xfrm policy$/.test(one),
    );
  return needsHand ? [] : commands;
}

/** What a suite of faults comes to, printed at its end. */
export class Score {
  #tried = 0;
  #first = 0;
  readonly #mended = { byFix: 0, byHand: 0 };
  readonly #missed = new Set<string>();
  readonly #times: { readonly what: string; readonly seconds: number }[] = [];

  tries(what: string): void {
    this.#tried++;
    this.#missed.add(what);
  }

  found(what: string, seconds: number): void {
    this.#first++;
    this.#missed.delete(what);
    this.#times.push({ what, seconds });
  }

  mended(how: 'byFix' | 'byHand'): void {
    this.#mended[how]++;
  }

  print(title: string): void {
    const slowest = this.#times.toSorted((a, b) => b.seconds - a.seconds);
    const lines = [
      `${title}: ${this.#first} of ${this.#tried} causes found first; mended by the printed fix itself ${this.#mended.byFix}, by hand ${this.#mended.byHand}`,
      ...[...this.#missed].map((one) => `  missed: ${one}`),
      ...slowest.map(({ what, seconds }) => `  ${seconds.toFixed(1).padStart(5)} s  ${what}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
