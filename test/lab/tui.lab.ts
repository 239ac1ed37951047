import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datagrams } from './datagrams.ts';
import { type LabHost, startHost, whyNoLab } from './host.ts';
import { openTerminal } from './terminal.ts';
import { trafficRound } from './traffic.ts';

const skip = whyNoLab();
const titles: readonly (readonly [string, RegExp])[] = [
  ['1', /╭─ Topology/],
  ['2', /╭─ Flows/],
  ['3', /╭─ Packets/],
  ['4', /╭─ Rules/],
];

describe.skipIf(skip !== undefined)(
  `the TUI on a Docker host${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-lab-tui-'));
    let host: LabHost;
    beforeAll(async () => {
      host = await startHost({ scenario: 'standard' });
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true });
      await host?.remove();
    });

    it('shows bridges with the containers behind them, and the flows that pass', async () => {
      const terminal = await openTerminal(host, ['tcp']);
      await terminal.until(/docker0 .*network bridge/);
      await terminal.until(/↔ web:eth0/);
      await trafficRound(host);
      terminal.send('2');
      await terminal.until(/203\.0\.113\.9:\d+ +203\.0\.113\.10:8080|web:80/);
      terminal.send('q');
      expect(await terminal.exitCode).toBe(0);
      expect(terminal.alternate).toBe(false);
      expect(terminal.screen()).toMatch(/packets/);
    });

    it('marks a container that restarts, and says so in the log', async () => {
      const terminal = await openTerminal(host, ['tcp']);
      await terminal.until(/docker0 .*network bridge/);
      terminal.send('G');
      await terminal.until(/● web container/);
      await host.run(['docker', 'restart', '-t', '1', 'web']);
      await terminal.until(/● web container ◆/, 10_000);
      terminal.send('L');
      await terminal.until(/changes? of the host[\s\S]*container web (restarted|started)/, 5000);
      terminal.send('xq');
      expect(await terminal.exitCode).toBe(0);
    });

    it('keeps the row and the flows of a container that stops, and does not give them to the next one at its address', async () => {
      const terminal = await openTerminal(host, ['tcp']);
      await terminal.until(/docker0 .*network bridge/);
      terminal.send('/api\r');
      await terminal.until(/▾ ● api container/);
      terminal.send('Gh');
      await terminal.until(/▌▾ ● api container/);
      await host.run(['docker', 'exec', 'api', 'wget', '-q', '-O', '/dev/null', 'http://far.example/']);
      const address = (
        await host.run([
          ...['docker', 'inspect', '--format'],
          ...['{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', 'api'],
        ])
      ).stdout.trim();
      terminal.send('c');
      await terminal.until(/api [\d.]+:\d+ +198\.51\.100\.7:80/);
      await host.run(['docker', 'stop', '-t', '0', 'api']);
      const run = ['docker', 'run', '--detach', '--name', 'next', '--network', 'app', '--ip', address];
      await host.run([...run, 'lab/base', 'sleep', '600']);
      terminal.send('\u001b');
      await terminal.until(/▌○ api container[^\n]*exited/);
      terminal.send('L');
      await terminal.until(/container next is new, and runs/);
      await terminal.until(/container api stopped \(was running\)/);
      terminal.send('xc');
      await terminal.until(/api [\d.]+:\d+ +198\.51\.100\.7:80/);
      await host.run(['docker', 'rm', '--force', 'next']);
      await host.run(['docker', 'start', 'api']);
      terminal.send('\u001b');
      await terminal.until(/▌▾ ● api container/);
      terminal.send('q');
      expect(await terminal.exitCode).toBe(0);
    });

    it('answers keys within half a second while 100,000 packets a second come in, and loses none', async () => {
      writeFileSync(join(folder, 'udp.pcap'), datagrams(1000));
      const terminal = await openTerminal(host, ['-i', 'blue:eth0', 'udp port 9']);
      await terminal.until(/capturing/);
      const file = join(folder, 'udp.pcap');
      const flood = host.run([
        'tcpreplay',
        '-i',
        'vblue',
        '--preload-pcap',
        '--loop',
        '500',
        '--pps',
        '100000',
        file,
      ]);
      await delay(500);
      const answers: number[] = [];
      for (let round = 0; round < 4; round++) {
        for (const [key, title] of titles) {
          terminal.send(key);
          answers.push(await terminal.until(title, 2000));
          await delay(200);
        }
      }
      expect((await flood).stdout).toMatch(/Successful packets: +500000/);
      expect(Math.max(...answers), answers.map((answer) => answer.toFixed(0)).join(' ')).toBeLessThan(500);
      await terminal.until(/500,000 pkts {2}0 dropped/, 5000);
      terminal.send('q');
      expect(await terminal.exitCode).toBe(0);
    });

    it('diagnoses with a real attempt, finds a mended host clean, and ends the attempt with Esc', async () => {
      const rule = ['DOCKER-USER', '-p', 'tcp', '--dport', '6379', '-j', 'DROP'];
      const inApi = async (...command: readonly string[]) =>
        (await host.run(command, { container: 'api' })).stdout.trim().split('\n');
      await host.run(['iptables', '-I', ...rule]);
      const terminal = await openTerminal(host, ['tcp']);
      await terminal.until(/docker0 .*network bridge/);
      terminal.send(':diagnose api db:6379\r');
      await terminal.until(/trying/);
      await terminal.until(
        /NOT reachable[\s\S]*last seen[\s\S]*▌├╴▲ route and rules[\s\S]*1\. docker-user-drop/,
      );
      await terminal.until(/Fix \(y\) +iptables -D DOCKER-USER/);
      await host.run(['iptables', '-D', ...rule]);
      terminal.send('a');
      await terminal.until(/─ reachable ─/);
      await host.run(['iptables', '-I', ...rule]);
      terminal.send('a');
      await terminal.until(/trying/);
      // The capture on api:eth0 is the attempt's alone.
      await expect.poll(() => inApi('cat', '/proc/net/packet'), { timeout: 10_000 }).not.toHaveLength(1);
      terminal.send('\u001b');
      await expect.poll(() => inApi('cat', '/proc/net/packet'), { timeout: 10_000 }).toHaveLength(1);
      expect(await inApi('ss', '-Htan', 'state', 'syn-sent')).toEqual(['']);
      await host.run(['iptables', '-D', ...rule]);
      terminal.send('q');
      expect(await terminal.exitCode).toBe(0);
    });

    it.each([
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)('gives the terminal back on %s', async (name, status) => {
      const terminal = await openTerminal(host, []);
      await terminal.until(/capturing/);
      expect(terminal.alternate).toBe(true);
      terminal.signal(name);
      expect(await terminal.exitCode).toBe(status);
      expect(terminal.alternate).toBe(false);
    });

    it('leaves no capture behind', async () => {
      expect((await host.run(['cat', '/proc/net/packet'])).stdout.split('\n')).toHaveLength(1);
    });
  },
);
