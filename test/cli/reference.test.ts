/** The manual page and the completions, made from the tables of commands, options, keys and settings. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { commandsOf } from '../../src/cli/reference/commands.ts';
import { keymap } from '../../src/tui/keymap.ts';
import { mainFile, netscope } from './netscope.ts';

const commands = commandsOf(await createProgram());
const shells = ['bash', 'zsh', 'fish'] as const;
const required = process.env.CI_REQUIRE_LAB === '1';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-reference-'));
  // What the completions call for names.
  writeFileSync(join(folder, 'netscope'), `#!/bin/sh\nexec ${process.execPath} ${mainFile} "$@"\n`);
  chmodSync(join(folder, 'netscope'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

function has(tool: string): boolean {
  return required || spawnSync(tool, ['--version']).error === undefined;
}

async function printed(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, status } = await netscope(args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('the manual page', () => {
  it('is what it was', async () => {
    const page = (await printed('man')).replace(/netscope \d+\.\d+\.\d+/, 'netscope VERSION');
    // The keys are those of the help of each view, which has snapshots of its own.
    const [before, after] = page.split(/^\.SH KEYS\n[\s\S]*?(?=^\.SH )/m);
    await expect(`${before}${after}`).toMatchFileSnapshot('__snapshots__/netscope.1');
  });

  it('has every command, option and key', async () => {
    const page = (await printed('man')).replaceAll('\\-', '-');
    for (const { path, options } of commands) {
      expect(page).toContain(`netscope ${path.join(' ')}`.trim());
      for (const { flags } of options) for (const flag of flags) expect(page).toContain(flag);
    }
    const [, keys = ''] = /^\.SH KEYS\n([\s\S]*?)(?=^\.SH )/m.exec(page) ?? [];
    expect(keys.split('\n').filter((line) => line.startsWith('.B '))).toHaveLength(keymap.length);
    expect(keys).toContain('.B /\nfilter as you type');
  });

  it.skipIf(!has('groff'))('is sound for groff (skipped where there is no groff)', async () => {
    const page = await printed('man');
    const args = ['-ww', '-man', '-Tutf8', '-Kutf8'];
    const { stdout, stderr } = spawnSync('groff', args, { input: page, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain('packet capture and diagnostics');
  });

  it.skipIf(!has('mandoc'))('is sound for mandoc (skipped where there is no mandoc)', async () => {
    const file = join(folder, 'netscope.1');
    writeFileSync(file, await printed('man'));
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', file], { encoding: 'utf8' });
    // A page of a program that is built anywhere has no date of its own.
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([]);
  });
});

describe.each(shells)('the completion for %s', (shell) => {
  it('is what it was', async () => {
    await expect(await printed('completion', shell)).toMatchFileSnapshot(`__snapshots__/completion.${shell}`);
  });

  it.skipIf(!has(shell))('is sound for that shell (skipped where there is none)', async () => {
    const file = join(folder, `completion.${shell}`);
    writeFileSync(file, await printed('completion', shell));
    expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('completion in bash', () => {
  /** What bash offers for the last of these words. */
  function offered(...words: readonly string[]): readonly string[] {
    const script = [
      `. ${join(folder, 'offered.bash')}`,
      `COMP_WORDS=(netscope ${words.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length}`,
      'compopt() { :; }',
      '_netscope',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ];
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
    const output = execFileSync('bash', ['-c', script.join('\n')], { cwd: folder, env, encoding: 'utf8' });
    return output.split('\n').filter(Boolean);
  }

  beforeAll(async () => {
    writeFileSync(join(folder, 'offered.bash'), await printed('completion', 'bash'));
  });

  it.skipIf(!has('bash'))('offers commands, options, choices, files and names (skipped without bash)', () => {
    expect(offered('fl')).toEqual(['flows']);
    expect(offered('rules', 'ev')).toEqual(['eval']);
    expect(offered('flows', '--dur')).toEqual(['--duration']);
    expect(offered('rules', 'list', '--un')).toEqual(['--unused']);
    expect(offered('--theme', 'high')).toEqual(['high-contrast']);
    expect(offered('flows', '-i', 'l')).toContain('lo');
    expect(offered('diagnose', 'ho')).toEqual(['host']);
    expect(offered('replay', 'offered')).toEqual(['offered.bash']);
    expect(offered('completion', 'f')).toEqual(['fish']);
    expect(offered('flows', '-c', '')).toEqual([]);
  });
});

it('names of interfaces for completion are those of the kernel', async () => {
  const names = (await printed('completion', '--names', 'interfaces')).split('\n');
  expect(names).toEqual(expect.arrayContaining(['any', 'all', 'lo']));
});

it('the help names the keys, also those that a config file changes', async () => {
  // The lines are as long as they come out.
  const help = async (...args: readonly string[]) =>
    (await printed('--help', ...args)).replaceAll(/\s+/g, ' ');
  expect(await help()).toMatch(/Keys .* 1 Topology, .* \/ filter, .* q quit/);
  const file = join(folder, 'config.toml');
  writeFileSync(file, '[keys]\nfilter = ["z"]\n');
  expect(await help('--config', file)).toMatch(/Keys .* z filter, /);
  writeFileSync(file, 'fps = 0\n');
  expect(await help('--config', file)).toMatch(/Keys .* \/ filter, /);
});

it('a completion of no shell is refused', async () => {
  expect((await netscope(['completion', 'tcsh'])).status).toBe(2);
  expect((await netscope(['completion'])).stderr).toContain('name bash, zsh or fish');
});
