/** The page of `--html`: whole, self-contained, and with everything that others wrote kept as text. */
import { describe, expect, it } from 'vitest';
import { diagnosisPage } from '../../src/cli/report/page.ts';
import type { SeenPacket } from '../../src/diagnose/evidence.ts';
import type { Diagnosis } from '../../src/diagnose/model.ts';
import { hopTimes, lastSeenAt } from '../../src/diagnose/packets.ts';
import { runDiagnosis } from '../../src/session/diagnosis.ts';
import { healthy, judge, rules } from './world.ts';

const voidElements = new Set(['meta', 'path', 'circle']);

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * The elements of a page, each properly nested and closed, every attribute quoted, every `<`, `>` and `&` of a text
 * escaped; throws at the first thing that is not so.
 */
function elementsOf(page: string): readonly Element[] {
  const token =
    /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*(\/?)>|&(?:amp|lt|gt|quot|#39);|[^<>&]+/y;
  const open: string[] = [];
  const elements: Element[] = [];
  let at = 0;
  while (at < page.length) {
    token.lastIndex = at;
    const match = token.exec(page);
    if (match === null) throw new Error(`no HTML: ${page.slice(at, at + 60)}`);
    at = token.lastIndex;
    const [, closing, name, attributes = '', empty] = match;
    if (name === undefined) continue;
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes ${last}`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)];
    elements.push({ name, attributes: new Map(pairs.map(([, key = '', value = '']) => [key, value])) });
    if (empty !== '/' && !voidElements.has(name)) open.push(name);
    if (name === 'style') at = page.indexOf('</style>', at);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(' ')}`);
  return elements;
}

function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>')).replaceAll(/<[^>]*>/g, '');
  const characters: Readonly<Record<string, string>> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  };
  return body.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => characters[entity] ?? entity);
}

function recorded(): Promise<Diagnosis> {
  const read = ['fixtures/broken-db.pcapng'];
  return runDiagnosis({ from: 'web', to: 'db:3306', passive: true, wait: 0, read });
}

describe('the page of a diagnosis', () => {
  it('says what is wrong, the fix, where the packet was last seen, its packets and the rule', async () => {
    const diagnosis = await recorded();
    const page = diagnosisPage(diagnosis, '9.9.9');
    const text = textOf(page);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('<title>web to db:3306: NOT reachable</title>');
    expect(text).toContain('In host, rule 1 of filter DOCKER-USER drops packets from web to db');
    expect(text).toMatch(/iptables -D DOCKER-USER 1\n/);
    expect(text).toMatch(/vethc697073[^\n]*the packet was last seen here/);
    expect(text).toMatch(/host:vethc697073172\.28\.0\.4:41916 → 172\.28\.0\.2:3306 TCP/);
    expect(text).toMatch(/host filter DOCKER-USER 1drop12 packets-A DOCKER-USER -p tcp/);
    expect(text).toContain('netscope 9.9.9');
    const { path } = diagnosis;
    const states = elementsOf(page).filter(({ attributes }) => attributes.get('class')?.startsWith('hop '));
    expect(states.map(({ attributes }) => attributes.get('class'))).toEqual(
      path.map(({ status }) => `hop ${status}`),
    );
  });

  it('is whole, has headings in order and no script, and takes nothing from elsewhere', async () => {
    const page = diagnosisPage(await recorded(), '9.9.9');
    const elements = elementsOf(page);
    const names = elements.map(({ name }) => name);
    for (const name of ['script', 'link', 'img', 'iframe', 'object', 'base'])
      expect(names).not.toContain(name);
    const headings = names.filter((name) => /^h[1-6]$/.test(name)).map((name) => Number(name.slice(1)));
    expect(headings[0]).toBe(1);
    for (const [index, level] of headings.entries())
      expect(level).toBeLessThanOrEqual((headings[index - 1] ?? 0) + 1);
    for (const { name, attributes } of elements) {
      expect([...attributes.keys()].filter((key) => key === 'src' || key.startsWith('on'))).toEqual([]);
      const address = attributes.get('href');
      if (address !== undefined)
        expect([name, address]).toEqual(['a', expect.stringMatching(/^https:\/\/docs\.docker\.com\//)]);
    }
    expect(page).not.toMatch(/@import|url\(/);
    const ids = elements.flatMap(({ attributes }) => attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</style></pre><h1>&lt;b&gt;',
    '\u001b[31m\u202e',
  ])('keeps %j of a rule, a container and what was typed as text', async (hostile) => {
    const snapshot = healthy();
    const comment = hostile.replaceAll(/["\u001b\u202e]/g, '');
    rules(snapshot, 'host', (text) =>
      text.replace(
        '-A DOCKER-USER -j RETURN',
        `-A DOCKER-USER -p tcp -m comment --comment "x ${comment} x" -j DROP`,
      ),
    );
    const diagnosis = await judge(snapshot, 'web', 'db:3306');
    const end = { ...diagnosis.to, given: hostile, container: hostile };
    const findings = diagnosis.findings.map((finding) => ({ ...finding, fix: [hostile], link: hostile }));
    const page = diagnosisPage({ ...diagnosis, to: end, findings }, '9.9.9');
    const plain = diagnosisPage(diagnosis, '9.9.9');
    const names = (html: string) => elementsOf(html).map(({ name }) => name);
    const without = (list: readonly string[]) => list.filter((name) => name !== 'a').length;
    // The hostile texts add no element; the link, which is none, goes away.
    expect(without(names(page))).toBeLessThanOrEqual(without(names(plain)));
    expect(names(page)).not.toContain('a');
    const shown = hostile.replace('\u001b', '\\x1b').replace('\u202e', '\\u{202e}');
    expect(textOf(page)).toContain(shown);
    // iptables-save writes a quote with a backslash before it.
    expect(textOf(page).replaceAll("\\'", "'")).toContain(`x ${comment} x`);
    expect(page).not.toMatch(/[\u001b\u202e]/);
  });

  it('says so when nothing is wrong, and what was not tried', async () => {
    const text = textOf(diagnosisPage(await judge(healthy(), 'web', 'db:3306'), '9.9.9'));
    expect(text).toContain("Nothing wrong was found in the host's state");
    expect(text).toContain('No attempt was made');
    expect(text).toContain('No packet was captured.');
  });
});

describe('how far the packets of a client came', () => {
  const places = ['web:eth0', 'host:vethweb', 'host:vethdb', 'db:eth0'];
  const packet = (place: string, kind: SeenPacket['kind'], destination: string): SeenPacket => ({
    ...{ interface: place, kind, destination, source: '', text: '', summary: '' },
    ...{ seconds: 0, nanoseconds: 0 },
  });

  it.each<[string, readonly SeenPacket[], string | null]>([
    ['nothing was seen', [], null],
    [
      'its SYN, not the answer',
      [packet('host:vethweb', 'syn', '172.30.0.2:3306'), packet('db:eth0', 'syn-ack', '172.30.0.3:45678')],
      'host:vethweb',
    ],
    [
      'its datagram, also translated, not the answer',
      [
        packet('web:eth0', 'other', '203.0.113.10:5353'),
        packet('host:vethdb', 'other', '172.30.0.2:53'),
        packet('db:eth0', 'other', '172.30.0.3:45678'),
      ],
      'host:vethdb',
    ],
    ['that it asked for an address', [packet('web:eth0', 'arp-request', '172.30.0.2')], 'web:eth0'],
  ])('%s', (_, seen, last) => {
    expect(lastSeenAt(seen, places, new Set([3306, 5353, 53]))).toBe(last);
  });

  it('times each hop from the first of them, whatever came before', () => {
    const at = (place: string, kind: SeenPacket['kind'], deltaUs: number) => ({
      ...{ interface: place, kind, deltaUs, time: '', source: '', destination: '', summary: '' },
    });
    const times = hopTimes([
      at('web:eth0', 'arp-request', 0),
      at('web:eth0', 'syn', 70),
      at('host:vethweb', 'syn', 75),
      at('web:eth0', 'syn', 1000070),
    ]);
    expect([...times]).toEqual([
      ['web:eth0', 0],
      ['host:vethweb', 5],
    ]);
  });
});
