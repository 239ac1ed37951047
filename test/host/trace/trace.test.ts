import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithTools } from '../support.ts';

const mainFile = resolve(import.meta.dirname, '../../../dist/main.js');

/** Runs a script in a network namespace of its own. */
function inPrivateNetwork(script: string): string {
  return execFileSync('unshare', ['-n', '--kill-child', 'bash', '-c', `ip link set lo up\n${script}`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

const rules = `
iptables-nft -t nat -A OUTPUT -p tcp --dport 8080 -j DNAT --to-destination 127.0.0.1:80
iptables-nft -N LOCAL
iptables-nft -A INPUT -p udp -j ACCEPT
iptables-nft -A INPUT -i lo -j LOCAL
iptables-nft -A LOCAL -p tcp -m tcp --dport 80 -m comment --comment "no web" -j DROP
`;
const trace = `exec ${process.execPath} ${mainFile} trace`;
/** Until the table is there. */
const untilTraced =
  'for try in $(seq 100); do nft list tables | grep -q netscope_trace && break; sleep 0.05; done';

describeWithTools(['unshare', 'nft', 'busybox', 'iptables-nft'], 'netscope trace', () => {
  it('reports the rules that nft monitor trace reports, as iptables-save prints them', () => {
    const printed = inPrivateNetwork(`${rules}
      (${trace} --namespace "net:[$(stat -L -c %i /proc/self/ns/net)]" --duration 3 --json tcp dst port 8080 >/tmp/netscope-trace-$$) &
      ${untilTraced}
      timeout 2 nft monitor trace >/tmp/netscope-monitor-$$ &
      sleep 0.3
      busybox nc -w 1 127.0.0.1 8080 </dev/null
      wait
      cat /tmp/netscope-trace-$$; echo ----; cat /tmp/netscope-monitor-$$
      rm /tmp/netscope-trace-$$ /tmp/netscope-monitor-$$`);
    const [json = '', monitor = ''] = printed.split('----\n');
    const { packets } = JSON.parse(json);
    const reported = monitor
      .split('\n')
      .map((line) => /^trace id \S+ ip (\S+) (\S+) rule (?!handle)/.exec(line))
      .filter((match) => match !== null)
      .map(([, table, chain]) => `${table} ${chain}`);
    type Step = { rule: { table: string; chain: string; text: string; evidence: string } | null };
    const steps: Step[] = packets.flatMap((packet: { steps: Step[] }) => packet.steps);
    const met = steps.flatMap(({ rule }) => rule ?? []);
    expect(reported.length).toBeGreaterThanOrEqual(3);
    expect(met.map(({ table, chain }) => `${table} ${chain}`).sort()).toEqual(reported.sort());
    expect(new Set(met.map(({ text }) => text))).toEqual(
      new Set([
        '-A OUTPUT -p tcp -m tcp --dport 8080 -j DNAT --to-destination 127.0.0.1:80',
        '-A INPUT -i lo -j LOCAL',
        '-A LOCAL -p tcp -m tcp --dport 80 -m comment --comment "no web" -j DROP',
      ]),
    );
    expect(met.every(({ evidence }) => evidence === 'traced')).toBe(true);
    expect(packets[0]).toMatchObject({ destination: '127.0.0.1:8080', protocol: 6 });
    expect(packets.some(({ verdict }: { verdict: string }) => verdict === 'drop')).toBe(true);
  });

  it.each(['TERM', 'KILL'])('leaves no table behind after SIG%s', (signal) => {
    const printed = inPrivateNetwork(`
      (${trace} --namespace "net:[$(stat -L -c %i /proc/self/ns/net)]" tcp) & pid=$!
      ${untilTraced}
      nft list tables; echo ----
      kill -${signal} $pid
      for try in $(seq 100); do nft list tables | grep -q netscope_trace || break; sleep 0.05; done
      nft list tables`);
    const [during, after] = printed.split('----\n');
    expect(during).toContain('netscope_trace');
    expect(after).toBe('');
  });

  it('refuses where only iptables-legacy has rules, and changes nothing', () => {
    const printed = inPrivateNetwork(`
      iptables-legacy -A INPUT -j ACCEPT
      ${trace.replace('exec ', '')} --namespace "net:[$(stat -L -c %i /proc/self/ns/net)]" --duration 1 tcp 2>&1
      echo "status $?"; nft list tables`);
    expect(printed).toContain('iptables-legacy');
    expect(printed.trimEnd()).toMatch(/status 5$/);
  });
});
