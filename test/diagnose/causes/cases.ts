/** Cases of causes: a host with one fault, what is said of it first, and the near miss of which it must not be said. */
import { expect, it } from 'vitest';
import type { Container, EngineNetwork, HostSnapshot } from '../../../src/snapshot/schema.ts';
import { healthy, judge, namespaceOf, rules } from '../world.ts';

export interface Case {
  readonly cause: string;
  readonly how: string;
  readonly from: string;
  readonly to: string;
  /** Words of the finding. */
  readonly names: string;
  /** Words of what proves it. */
  readonly proof?: string;
  /** A command that mends it. */
  readonly fix?: string;
  fault(snapshot: HostSnapshot): void;
  /** Nearly the same, and not the reason of anything. */
  near?(snapshot: HostSnapshot): void;
}

export function findsEach(cases: readonly Case[]): void {
  it.each(cases)('finds $cause: $how', async ({ cause, from, to, names, proof, fix, fault }) => {
    const snapshot = healthy();
    fault(snapshot);
    const { findings, reachable } = await judge(snapshot, from, to);
    const [first] = findings;
    expect(first?.cause, JSON.stringify(findings)).toBe(cause);
    expect(JSON.stringify(first)).toContain(names);
    expect(first?.evidence.length).toBeGreaterThan(0);
    if (proof !== undefined) expect(first?.evidence.map(({ text }) => text).join('\n')).toContain(proof);
    if (fix !== undefined) expect(first?.fix.join('\n')).toContain(fix);
    expect(reachable).toBe(false);
  });

  const nearly = cases.flatMap(({ near, ...one }) => (near === undefined ? [] : [{ ...one, near }]));
  it.runIf(nearly.length > 0).each(nearly)(
    'is not misled by what looks like $cause: $how',
    async ({ cause, from, to, near }) => {
      const snapshot = healthy();
      near(snapshot);
      const { findings } = await judge(snapshot, from, to);
      expect(findings.map((one) => one.cause)).not.toContain(cause);
    },
  );
}

/** A change of the host's rules: one more before this line. */
export function ruleBefore(line: string, rule: string) {
  return (snapshot: HostSnapshot) =>
    rules(snapshot, 'host', (text) => text.replace(line, `${rule}\n${line}`));
}

/** A change of the host's rules: one more table. */
export function tableOfRules(name: string, ...lines: readonly string[]) {
  return (snapshot: HostSnapshot, namespace = 'host') =>
    rules(snapshot, namespace, (text) => `${text}*${name}\n${lines.join('\n')}\nCOMMIT\n`);
}

export const nothing = () => {};

export function sysctl(snapshot: HostSnapshot, name: string, value: string): void {
  namespaceOf(snapshot, 'host').sysctls[name] = value;
}

export function containerNamed({ containers }: HostSnapshot, name: string): Container {
  return named(containers, name);
}

export function networkNamed({ networks }: HostSnapshot, name: string): EngineNetwork {
  return named(networks, name);
}

function named<One extends { readonly name: string }>(all: readonly One[], name: string): One {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}
