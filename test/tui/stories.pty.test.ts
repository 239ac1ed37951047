/** What an operator does with the TUI, key by key, on the scripted host. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildPrograms, type PtyOptions, type PtyRun, removePrograms, runPty } from './pty.ts';

let run: PtyRun;

async function start(options: PtyOptions = {}): Promise<void> {
  run = runPty(options);
  await run.until((screen) => screen.includes('docker0') && screen.includes('q quit'), 'the first frame');
}

/** The row with the cursor in the list. */
function cursorRow(): string {
  return run.screen().find((line) => line.includes('▌')) ?? '';
}

beforeAll(buildPrograms, 120_000);
afterEach(() => run.stop());
afterAll(removePrograms);

describe.each([
  [80, 24],
  [200, 60],
])('on %ix%i', (columns, rows) => {
  it('goes from a bridge member to its flows, their packets and their rules, and back', async () => {
    await start({ columns, rows });
    await run.press('jj', /▌.*veth6f6b800/);
    await run.press('\r', 'Topology › veth6f6b800');
    // What has a problem comes first.
    expect(cursorRow()).toContain('203.0.113.77:40411');
    await run.press('j', /▌.*203\.0\.113\.9:51820/);
    await run.press('\r', '400 packets');
    expect(run.screen()[1]).toContain('203.0.113.9:51820 →');
    expect(run.screen().join('\n')).toContain('80 → 51820 [SYN]');
    run.send('\u001b');
    await run.until((screen) => screen.includes('Path'), 'the flows again');
    await run.press('r', /▌ +1 .*DOCKER/);
    expect(run.screen().join('\n')).toMatch(/182 .*2 DNAT/);
    run.send('\u001b');
    await run.until(() => cursorRow().includes('203.0.113.9:51820'), 'the flows again');
    run.send('\u001b');
    await run.until(() => cursorRow().includes('veth6f6b800'), 'the topology again');
    expect(run.screen()[1]).not.toContain('›');
  });

  it('finds the problem: a dropped connection, the rule that drops it and the flows of that rule', async () => {
    await start({ columns, rows });
    await run.press('2', 'unanswered');
    await run.press('/drop', 'Dropped by DOCKER-USER rule 1');
    await run.press('\r', '1 of 5 connections');
    await run.press('r', 'DOCKER-USER');
    await run.press('jjjj', /▌.*DROP/);
    await run.press('\r', '› DOCKER-USER 1');
    expect(cursorRow()).toContain('unanswered');
  });

  it('shows a packet from its fields and from its bytes', async () => {
    await start({ columns, rows });
    await run.press('3', 'Packet 2000');
    await run.press('gg', 'Packet 1 ');
    await run.press('\r', '▸ Internet Protocol Version 4');
    await run.press('j\r', 'Time to Live: 64');
    // Byte 30 is the first of the destination address.
    await run.press('\t', 'Bytes');
    await run.press('l'.repeat(16), /▌.*Destination Address/);
  });
});

describe('the topology', () => {
  it('draws the way from a container to the outside, also after it restarted', async () => {
    await start({ columns: 120, rows: 40 });
    await run.press('jj', /▌.*veth6f6b800/);
    const way = await run.press('o', '↓ outside');
    expect(way).toContain('Way out of web');
    expect(way).toMatch(/┌─ web ─+┐[\s\S]*eth0 +up +veth +172\.17\.0\.2\/16 +via 172\.17\.0\.1/);
    expect(way).toMatch(/┌─ host ─+┐[\s\S]*veth6f6b800[\s\S]*docker0[\s\S]*eth0 +up +uplink[\s\S]*↓ outside/);
    run.kill('SIGUSR2');
    await run.until((screen) => screen.includes('web does not run'), 'web to stop');
    run.kill('SIGUSR2');
    await run.until((screen) => screen.includes('veth0c0ffee'), 'web to start again');
    await run.press('x', /▌/);
  });

  it('says of a bridge who is on it, and which network it is recognised as', async () => {
    await start({ columns: 200, rows: 60 });
    const screen = await run.press('jjj', 'Known on the segment 1');
    expect(screen).toContain('02:42:ac:11:00:08 app 172.20.0.2 behind veth1a2b3c4');
    expect(screen).toMatch(/docker-bridge shop[\s\S]*MASQUERADE of 172\.20\.0\.0\/16/);
  });
});

describe('a host that changes', () => {
  it('marks what changed, keeps the place of a container that restarts, and remembers it all', async () => {
    await start({ columns: 120, rows: 40 });
    await run.press('/web', '/web');
    await run.press('\r', '/web');
    await run.press('G', /▌.*lo /);
    await run.press('h', /▌.*web container/);
    run.send('\u001b');
    await run.until((screen) => screen.includes('wg0'), 'everything again');
    await run.press('l', /web container[^\n]*\n[^\n]*├╴● eth0/);

    run.kill('SIGUSR2');
    await run.until((screen) => screen.includes('○ web container ◆'), 'web to stop');
    expect(cursorRow()).toMatch(/○ web container ◆ +exited/);
    expect(run.screen().join('\n')).toMatch(/docker0 ◆/);
    expect(run.screen()[2]).toMatch(/◆ 1 change .*, 1 stopped/);

    run.kill('SIGUSR2');
    await run.until((screen) => screen.includes('veth0c0ffee'), 'web to start again');
    expect(cursorRow()).toMatch(/▾ ● web container ◆/);
    expect(run.screen().join('\n')).toMatch(/veth0c0ffee ◆/);
    expect(run.screen().join('\n')).toMatch(/web container[^\n]*\n[^\n]*├╴● eth0/);
    await run.until((screen) => !screen.includes('◆'), 'the marks to go');

    const log = await run.press('L', '2 changes of the host');
    expect(log).toMatch(
      /\d\d:\d\d:\d\d {2}container web started \(was exited\)[\s\S]*container web stopped \(was running\)/,
    );
  });
});

describe('keys', () => {
  it('filter as one types, undo with Esc, and find the next match afterwards', async () => {
    await start();
    await run.press('/web', '/web');
    const filtered = run.screen().join('\n');
    expect(filtered).toContain('veth6f6b800');
    expect(filtered).not.toContain('wg0');
    run.send('\u001b');
    await run.until((screen) => screen.includes('wg0'), 'everything again');
    await run.press('/eth0', '/eth0');
    await run.press('\r', '/eth0');
    run.send('\u007f');
    await run.until((screen) => screen.includes('wg0'), 'everything again');
    await run.press('g', /▌▾ host/);
    await run.press('n', /▌.*veth6f6b800/);
    await run.press('N', /▌▾ host|▌.*eth0/);
  });

  it('leave the cursor on what the filter found', async () => {
    await start();
    await run.press('2/3306\r', '1 of 5 connections');
    run.send('\u001b');
    await run.until((screen) => screen.includes('203.0.113.77'), 'everything again');
    expect(cursorRow()).toContain('db 172.20.0.3:3306');
  });

  it('freeze the screen while the capture goes on', async () => {
    await start({ env: { FAKE: JSON.stringify({ arriving: 30 }) } });
    await run.press('3', 'following');
    await run.press(' ', 'frozen');
    const number = /Packet (\d+)/.exec(run.screen().join('\n'))?.[1];
    await run.until((screen) => /frozen \+\d{2,}/.test(screen), 'packets behind the frozen screen');
    expect(/Packet (\d+)/.exec(run.screen().join('\n'))?.[1]).toBe(number);
    await run.press(' ', 'capturing');
    await run.until((screen) => /Packet (\d+)/.exec(screen)?.[1] !== number, 'newer packets');
  });

  it('follow the newest until one looks at something', async () => {
    await start({ env: { FAKE: JSON.stringify({ arriving: 30 }) } });
    await run.press('3', 'following');
    await run.press('k', /^(?!.*following)/s);
    const number = /Packet (\d+)/.exec(run.screen().join('\n'))?.[1];
    await new Promise((done) => setTimeout(done, 400));
    expect(/Packet (\d+)/.exec(run.screen().join('\n'))?.[1]).toBe(number);
    await run.press('f', 'following');
  });

  it('follow the newest connection, at the end of the list', async () => {
    await start();
    await run.press('2', /▌.*unanswered/);
    await run.press('f', 'following by first packet');
    expect(cursorRow()).toContain('203.0.113.77:40411');
    await run.press('k', /▌.*198\.51\.100\.7:443/);
    expect(run.screen()[2]).not.toContain('following');
  });

  it('sort by a column, and the other way around', async () => {
    await start();
    await run.press('2', 'established');
    await run.press('s', 'Packets↓');
    expect(run.screen()[4]).toContain('2,384');
    await run.press('S', 'Packets↑');
    expect(run.screen()[4]).toMatch(/ 6 +540 B/);
  });

  it('sort by the column whose title is clicked', async () => {
    await start();
    await run.press('2', 'established');
    const title = run.screen().findIndex((line) => line.includes('State') && line.includes('Bytes'));
    const column = run.screen()[title]?.indexOf('Packets') ?? 0;
    for (const sorted of ['Packets↓', 'Packets↑']) {
      run.send(`\u001b[<0;${column + 1};${title + 1}M`);
      await run.until((screen) => screen.includes(sorted), sorted);
    }
  });

  it('mark a place, list the marks and come back to one from another view', async () => {
    await start();
    await run.press("'", 'nothing is marked yet');
    await run.press('x', 'q quit');
    await run.press('2jj', /▌.*203\.0\.113\.9:51820/);
    await run.press('m', 'a letter marks this row');
    await run.press('w', "'w comes back here");
    await run.press('4', 'MASQUERADE');
    await run.press("'", /w Flows .*203\.0\.113\.9:51820/);
    await run.press('w', '› mark w');
    expect(cursorRow()).toContain('203.0.113.9:51820');
    run.send('\u001b');
    await run.until((screen) => screen.includes('MASQUERADE'), 'the rules again');
  });

  it('choose the columns of a list, which stay straight', async () => {
    await start({ columns: 120, rows: 40 });
    await run.press('2C', 'keep in the config file');
    // Off with the state, on with the round-trip time, before the others.
    await run.press(' ', /│ ▌ {2}State/);
    await run.press('j'.repeat(14), /▌ {2}RTT/);
    await run.press(' ', /● RTT/);
    run.send('\u001b');
    const screen = await run.until((text) => !text.includes('keep in the config'), 'the list');
    // The details of the selected row have a State too: the titles are what counts.
    const titles = screen.split('\n').find((line) => line.includes('│ Proto')) ?? '';
    expect(titles).toMatch(/│ Proto +Source.* RTT/);
    expect(titles).not.toContain('State');
    for (const line of run.screen().slice(2, -1)) expect(line).toMatch(/^[╭│╰].*[╮│╯┃]$/);
    await run.press('C', 'Columns');
    await run.press('\u007f', /● State/);
    await run.press('w', 'no config file');
  });

  it('copy the selected row to the clipboard of the terminal', async () => {
    await start();
    await run.press('jjy', 'copied: veth6f6b800');
    const sequence = /\u001b\]52;c;([^\u0007]*)\u0007/.exec(run.output)?.[1] ?? '';
    expect(Buffer.from(sequence, 'base64').toString()).toMatch(/^veth6f6b800 {2}↔ web:eth0 .*\b347$/);
  });

  it('write what is shown to a file, never over one that is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netscope-'));
    try {
      const path = join(folder, 'rules.txt');
      await start();
      await run.press('4', 'MASQUERADE');
      await run.press('w', 'write to netscope-rules-');
      await run.press(`\u0015${path}\r`, `lines in ${path}`.slice(0, 30));
      expect(readFileSync(path, 'utf8')).toContain(
        '[31:1860] -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n',
      );
      await run.press('w', 'write to netscope-rules-');
      await run.press(`\u0015${path}\r`, 'cannot write');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('jump to a packet by its number', async () => {
    await start();
    await run.press(':1234\r', 'Packet 1234');
    await run.press(':xyz\r', 'no command "xyz"');
    await run.press(':fl\t', ':flows');
    await run.press('\r', '5 connections');
    // The fields of a filter are completed here too, and Up brings back what was typed.
    await run.press(':filter tcp.dstp\t', ':filter tcp.dstport ');
    await run.press('== 80\r', 'of 5 connections');
    run.send(':');
    await run.until((text) => text.includes("a packet's number"), 'the prompt');
    run.send('\u001b[A');
    await run.until((text) => text.includes(':filter tcp.dstport == 80'), 'the last command');
    run.send('\u001b[A');
    await run.until((text) => text.includes(':flows'), 'the one before');
    await run.press('\u0015col\r', 'Columns');
  });

  it('show the help of the view, from the table of keys', async () => {
    await start();
    await run.press('2?', 'Keys in Flows');
    expect(run.screen().join('\n')).toContain('its packets');
    await run.press('x', 'established');
  });

  it('show warnings, drops and what was typed of a terminal in them as text', async () => {
    const warnings = ['eth0: the interface disappeared', 'name \u001b[31mred'];
    await start({ columns: 120, rows: 40, env: { FAKE: JSON.stringify({ warnings, dropped: 17 }) } });
    expect(run.screen()[0]).toMatch(/▲ 17 dropped .*▲ 2 warnings/);
    const log = await run.press('L', 'any other key closes');
    expect(log).toContain('eth0: the interface disappeared');
    expect(await run.settled()).toContain('name \\x1b[31mred');
    await run.press('x', 'docker0');
  });

  it('work by mouse: tabs, rows, the wheel; and not after M', async () => {
    await start();
    run.send('\u001b[<0;16;2M\u001b[<0;16;2m');
    await run.until((screen) => screen.includes('unanswered'), 'the flows by their tab');
    run.send('\u001b[<0;20;7M');
    await run.until(() => cursorRow().includes('203.0.113.9'), 'the row that was clicked');
    run.send('\u001b[<64;20;7M');
    await run.until(() => cursorRow().includes('unanswered'), 'three rows up');
    await run.press('M', 'mouse off');
    expect(run.modes.mouse).toBe('none');
  });

  it('paste text into the filter as one line', async () => {
    await start();
    await run.press('2/', 'words to look for');
    run.send('\u001b[200~app\nmysql\u001b[31m\u001b[201~');
    await run.until((screen) => screen.includes('/app mysql'));
  });
});
