import { existsSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { enterFound } from '../../src/host/namespaces/open.ts';
import { dumpRules, holdsRules, type RuleDumps } from '../../src/host/rules/dump.ts';
import { type RunInside, run } from '../../src/host/rules/run.ts';
import { describeWithTools, type Lab, readLab, startLab } from './support.ts';

const tools = [
  'unshare',
  'nsenter',
  'ip',
  'iptables-nft',
  'ip6tables-nft',
  'iptables-legacy',
  'nft',
  'ipset',
];

describeWithTools(tools, 'rule dumps', () => {
  const labs: Lab[] = [];
  afterEach(() => {
    for (const lab of labs.splice(0)) lab.stop();
  });

  async function dump(
    script: string,
    only?: RunInside,
  ): Promise<{ lab: Lab; dumps: RuleDumps; started: string[] }> {
    const lab = await startLab(script);
    labs.push(lab);
    const { found, holdings } = readLab(lab);
    if (holdings === undefined) throw new Error('the lab could not be read');
    const started: string[] = [];
    const dumps = await dumpRules(holdings, (program, args) => {
      started.push(program);
      return only === undefined
        ? run(program, args, (work) => enterFound(found, '', work))
        : only(program, args);
    });
    return { lab, dumps, started };
  }

  /** Without the comments, which hold the time. */
  const rules = (text = ''): string[] =>
    text.split('\n').filter((line) => !line.startsWith('#') && line !== '');

  it('cost a namespace without rules nothing, and leave it without tables', async () => {
    const { lab, dumps, started } = await dump('');
    expect(dumps.rulesets).toEqual([]);
    expect(started).toEqual([]);
    expect(lab.run('nft', 'list', 'ruleset')).toBe('');
    expect(lab.run('cat', '/proc/net/ip_tables_names')).toBe('');
    expect(
      holdsRules(
        readLab(lab).holdings ?? { nftTables: [], nftError: '', legacy4: true, legacy6: true, ipvs: true },
      ),
    ).toBe(false);
  });

  it('hold what iptables-nft-save prints there, and ip6 apart', async () => {
    const { lab, dumps } = await dump(`
iptables-nft -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.2:80
iptables-nft -P FORWARD DROP
ip6tables-nft -A INPUT -p tcp --dport 22 -j ACCEPT`);
    expect(dumps.rulesets.map(({ backend, family }) => [backend, family])).toEqual([
      ['iptables-nft', 'ip'],
      ['iptables-nft', 'ip6'],
    ]);
    expect(rules(dumps.rulesets[0]?.text)).toEqual(rules(lab.run('iptables-nft-save', '-c')));
    expect(rules(dumps.rulesets[1]?.text)).toEqual(rules(lab.run('ip6tables-nft-save', '-c')));
    expect(rules(dumps.rulesets[0]?.text).join()).toContain('--to-destination 10.0.0.2:80');
  });

  it('hold both backends where both have rules', async () => {
    const { lab, dumps } = await dump(`
iptables-nft -A FORWARD -j ACCEPT
iptables-legacy -A FORWARD -s 10.0.0.1 -j DROP
ip6tables-legacy -A FORWARD -s fd00::1 -j DROP`);
    expect(dumps.rulesets.map(({ backend, family }) => [backend, family])).toEqual([
      ['iptables-nft', 'ip'],
      ['iptables-legacy', 'ip'],
      ['iptables-legacy', 'ip6'],
    ]);
    expect(rules(dumps.rulesets[1]?.text)).toEqual(rules(lab.run('iptables-legacy-save', '-c')));
    // Asking for one table must not have made others.
    expect(lab.run('cat', '/proc/net/ip_tables_names').trim()).toBe('filter');
  });

  it('hold native tables as nft prints them, beside those of iptables-nft', async () => {
    const { lab, dumps } = await dump(`
nft 'table inet fw { chain in { type filter hook input priority 0; tcp dport 22 counter accept; }; }'
iptables-nft -A INPUT -j ACCEPT`);
    expect(dumps.rulesets.map(({ backend, family }) => [backend, family])).toEqual([
      ['iptables-nft', 'ip'],
      ['nftables', 'inet'],
    ]);
    expect(JSON.parse(dumps.rulesets[1]?.text ?? '')).toEqual(lab.json('nft', '-j', 'list', 'ruleset'));
  });

  it.each([
    ['incompatible chains', 'chain forward { type filter hook forward priority 5; tcp dport 22 drop; };'],
    [
      'sets',
      'chain FORWARD { type filter hook forward priority 0; ip saddr { 192.0.2.1, 192.0.2.2 } drop; };',
    ],
  ])('leave a table of iptables’ name that nft made with %s to nft', async (_, chain) => {
    const { lab, dumps } = await dump(`
nft 'table ip filter { ${chain} }'
iptables-nft -t nat -A POSTROUTING -j MASQUERADE`);
    expect(dumps.rulesets.map(({ backend }) => backend)).toEqual(['iptables-nft', 'nftables']);
    expect(rules(dumps.rulesets[0]?.text)).toEqual(rules(lab.run('iptables-nft-save', '-c', '-t', 'nat')));
    expect(dumps.rulesets[0]?.text).not.toContain('*filter');
    expect(JSON.parse(dumps.rulesets[1]?.text ?? '')).toEqual(lab.json('nft', '-j', 'list', 'ruleset'));
  });

  it('bring the sets that rules match, and start ipset only then', async () => {
    const { lab, dumps } = await dump(`
ipset create blocked hash:net
ipset add blocked 192.0.2.0/24
iptables-nft -A FORWARD -m set --match-set blocked src -j DROP`);
    expect(rules(dumps.ipsets)).toEqual(rules(lab.run('ipset', 'save')));
    expect(dumps.ipsets).toContain('add blocked 192.0.2.0/24');
  });

  it('never say "no rules" for a tool that is missing or fails', async () => {
    const script = 'iptables-nft -A FORWARD -j ACCEPT\niptables-legacy -A FORWARD -j DROP';
    const missing = await dump(script, async () => ({ status: 'missing' }));
    expect(missing.dumps.rulesets).toEqual([
      expect.objectContaining({
        backend: 'iptables-nft',
        error: expect.stringContaining('install iptables'),
      }),
      expect.objectContaining({
        backend: 'iptables-legacy',
        error: expect.stringContaining('install iptables'),
      }),
    ]);
    const failing = await dump(script, async () => ({ status: 'failed', why: 'it said no' }));
    expect(failing.dumps.rulesets.map(({ error, text }) => [error, text])).toEqual([
      ['it said no', undefined],
      ['it said no', undefined],
    ]);
  });

  it('report a program that does not exist, one that fails, and one that does neither', async () => {
    const here = <T>(work: () => T): T => work();
    expect(await run('netscope-no-such-program', [], here)).toEqual({ status: 'missing' });
    const failed = await run('sh', ['-c', 'echo broken >&2; exit 3'], here);
    expect(failed).toEqual({ status: 'failed', why: 'broken' });
    expect(await run('sh', ['-c', 'echo fine'], here)).toMatchObject({ status: 'done', stdout: 'fine\n' });
    expect(existsSync('fine')).toBe(false);
  });
});
