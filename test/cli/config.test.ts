/** The config file: what it says, what is wrong with it, and who wins. */
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/cli/config/history.ts';
import { applyConfig } from '../../src/cli/config/load.ts';
import { writeOwnFile } from '../../src/cli/config/own-file.ts';
import { sudoUser, userFile } from '../../src/cli/config/place.ts';
import { readConfig } from '../../src/cli/config/read.ts';
import { saveColumns, withColumns } from '../../src/cli/config/save-columns.ts';
import { createProgram } from '../../src/cli/program.ts';
import { keymap } from '../../src/tui/keymap.ts';
import { netscope } from './netscope.ts';

const required = process.env.CI_REQUIRE_LAB === '1';
const isRoot = process.getuid?.() === 0;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netscope-config-'));
  path = join(folder, 'config.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  writeFileSync(path, text);
  return readConfig(path).config;
}

function faultOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    return String(error);
  }
  return '';
}

describe('a config file', () => {
  it('holds settings, columns and keys', () => {
    const text =
      'theme = "color-blind"\nfps = 4\n[columns]\nflows = ["state", "rtt"]\n[keys]\nquit = ["Q"]\n';
    expect(read(text)).toEqual({
      ...{ theme: 'color-blind', fps: 4 },
      columns: { flows: ['state', 'rtt'] },
      keys: { quit: ['Q'] },
    });
  });

  it.each([
    ['no TOML', 'theme = \n', 'line 1, column 9: '],
    [
      'an unknown setting',
      '# mine\n\ncolour = "auto"\n',
      'line 3, column 1: there is no setting "colour"; did you',
    ],
    [
      'a wrong value',
      'fps = 10\n  theme = "neon"\n',
      'line 2, column 11: theme may be "default", "high-contrast"',
    ],
    [
      'a wrong type',
      'interfaces = [\n  "web",\n  5 ]',
      'line 1, column 14: interfaces may be a list of texts',
    ],
    [
      'a value out of range',
      'mouse = true\nsnaplen = 0',
      'line 2, column 11: snaplen may be a whole number from 1',
    ],
    [
      'an unknown view',
      '[columns]\nflow = ["state"]',
      'line 2, column 1: there is no view "flow"; did you mean "flows"',
    ],
    [
      'an unknown column',
      '[columns]\nflows = ["state",\n  "sourc"]',
      'line 3, column 3: there is no column "sourc"; did',
    ],
    [
      'an unknown action',
      'keys = { quitt = ["x"] }',
      'line 1, column 10: there is no action "quitt"; did you mean "quit"',
    ],
    ['no key', '[keys]\nquit = ["ctrl-i"]', 'line 2, column 9: "ctrl-i" is no key'],
    [
      'a key that is taken',
      '[keys]\nhelp = ["f1", "n"]',
      'line 2, column 15: "n" is the key of next-match too',
    ],
    [
      'two actions of one key',
      '[keys]\nhelp = ["x"]\nquit = ["x"]',
      'line 3, column 9: "x" is the key of help too',
    ],
    ['quit without a key', '[keys]\nquit = []', 'line 2, column 8: quit needs a key'],
  ])('with %s is refused with line and column', (_, text, message) => {
    expect(faultOf(text)).toContain(`${path}: ${message}`);
  });

  it('has all its faults named in the order of its lines', () => {
    const error = faultOf('fps = 0\nascii = "no"\n[keys]\nquit = [""]\n[columns]\nflows = []\n');
    expect(error).toMatch(
      /line 1, column 7: .*; line 2, column 9: .*; line 4, column 9: .*; and 1 more; `netscope config/,
    );
  });

  it('may exchange the keys of two actions', () => {
    expect(read('[keys]\nsort = ["S"]\nsort-direction = ["s"]').keys).toEqual({
      sort: ['S'],
      'sort-direction': ['s'],
    });
  });
});

describe('netscope config', () => {
  it('prints a config file that means the same, with where each setting came from', async () => {
    writeFileSync(path, '# mine\ntheme = "high-contrast"\n[keys]\n\nquit = ["Q", "ctrl-c"]\n');
    const { stdout, status } = await netscope(['config', '--print', '--config', path]);
    expect(status).toBe(0);
    expect(stdout).toContain(`# From ${path}.\n`);
    expect(stdout).toContain('theme = "high-contrast" # from line 2\n');
    expect(stdout).toContain('fps = 10 # default\n');
    expect(stdout).toContain('quit = [ "Q", "ctrl-c" ] # from line 5: quit\n');
    const again = read(stdout);
    expect(again).toMatchObject({ theme: 'high-contrast', mouse: true, keys: { quit: ['Q', 'ctrl-c'] } });
    expect(Object.keys(parse(stdout).keys ?? {})).toEqual(keymap.map(({ action }) => action));
  });

  it('says which file would be read, and reads it from XDG_CONFIG_HOME', async () => {
    const env = { XDG_CONFIG_HOME: folder };
    const file = join(folder, 'netscope/config.toml');
    expect((await netscope(['config'], { env })).stdout).toContain(`# ${file} is not there`);
  });

  it('ends with status 2 where the file is wrong, and so does every command that it is for', async () => {
    writeFileSync(path, 'theme = "neon"\n');
    for (const args of [['config'], ['demo'], ['topology', '-r', '/dev/null']]) {
      const { status, stderr } = await netscope([...args, '--config', path]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^netscope: cannot use the config file .* line 1, column 9: theme may be .*\n$/);
    }
    expect((await netscope(['demo', '--config', join(folder, 'none')])).status).toBe(2);
  });
});

describe('a setting', () => {
  async function optionsOf(...args: readonly string[]) {
    const program = await createProgram(['flows']);
    const [flows] = program.commands;
    if (flows === undefined) throw new Error('no command');
    let options: Record<string, unknown> = {};
    flows.action((_, given) => {
      options = given;
    });
    await program.parseAsync(['node', 'netscope', 'flows', '--config', path, ...args]);
    return options;
  }

  it('wins over a default, and an option wins over it', async () => {
    writeFileSync(path, 'color = "always"\nnumeric = true\ninterfaces = ["web"]\n');
    expect(await optionsOf()).toMatchObject({ color: 'always', numeric: true });
    expect(await optionsOf('--color', 'never')).toMatchObject({ color: 'never', numeric: true });
    writeFileSync(path, '');
    expect(await optionsOf()).toMatchObject({ color: 'auto' });
  });

  it('means nothing to commands that have no such option', async () => {
    const program = await createProgram(['rules']);
    const [rules] = program.commands;
    const checking = rules?.commands.find((command) => command.name() === 'check');
    if (checking === undefined) throw new Error('no command');
    await applyConfig(checking);
    expect(checking.opts().settings).toBeUndefined();
  });
});

describe("the user's own files", () => {
  it('are those of the user who called sudo', () => {
    const passwd = () => 'root:x:0:0::/root:/bin/sh\nada:x:1001:1002:Ada:/home/ada:/bin/bash\n';
    const asRoot = process.getuid?.() === 0;
    const ada = { uid: 1001, gid: 1002, home: '/home/ada' };
    expect(sudoUser({ SUDO_USER: 'ada' }, passwd)).toEqual(asRoot ? ada : null);
    expect(sudoUser({ SUDO_USER: 'bob' }, passwd)).toBeNull();
    expect(sudoUser({}, passwd)).toBeNull();
    const before = process.env.XDG_CONFIG_HOME;
    delete process.env.XDG_CONFIG_HOME;
    expect(userFile('config', 'config.toml', ada)).toBe('/home/ada/.config/netscope/config.toml');
    process.env.XDG_CONFIG_HOME = 'relative';
    expect(userFile('config', 'config.toml', ada)).toBe('/home/ada/.config/netscope/config.toml');
    process.env.XDG_CONFIG_HOME = '/etc/xdg';
    expect(userFile('config', 'config.toml', ada)).toBe('/etc/xdg/netscope/config.toml');
    if (before === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = before;
  });

  it.skipIf(!required && !isRoot)('belong to the user who called sudo (skipped without root)', () => {
    const owner = { uid: 1, gid: 1, home: folder };
    chownSync(folder, 1, 1);
    const file = join(folder, 'netscope/config.toml');
    writeOwnFile(file, 'fps = 4\n', owner);
    expect([statSync(file).uid, statSync(dirname(file)).uid]).toEqual([1, 1]);
    // A folder of somebody else's, such as one that a link leads to, is left alone.
    const other = join(folder, 'other');
    mkdirSync(other);
    symlinkSync(other, join(folder, 'link'));
    expect(() => writeOwnFile(join(folder, 'link/config.toml'), '', owner)).toThrow("not the user's own");
    expect(readdirSync(other)).toEqual([]);
  });

  it('keep what was typed, without repeating it', () => {
    const file = join(folder, 'state/netscope/history');
    openHistory(file).keep(['filter web', 'filter web', 'command flows']);
    openHistory(file).keep(['filter db']);
    expect(openHistory(file).lines).toEqual(['filter web', 'command flows', 'filter db']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    openHistory(file).keep([]);
    expect(() => openHistory('/dev/null/none/history').keep(['filter db'])).not.toThrow();
  });
});

describe('columns that are saved', () => {
  it('go into a new file, or beside what is there', () => {
    const file = join(folder, 'netscope/config.toml');
    saveColumns(file, 'flows', ['state', 'rtt']);
    expect(readFileSync(file, 'utf8')).toBe('[columns]\nflows = ["state", "rtt"]\n');
    saveColumns(file, 'packets', ['number']);
    expect(parse(readFileSync(file, 'utf8'))).toEqual({
      columns: { flows: ['state', 'rtt'], packets: ['number'] },
    });
    expect(existsSync(`${file}.${process.pid}.new`)).toBe(false);
  });

  it('leave everything else as it was written', () => {
    const before =
      '# mine\ntheme = "default"\n[columns]\n# wide\nflows = [\n  "state",\n  "source" ]\n\n[keys]\nquit = ["Q"]';
    expect(withColumns(before, 'flows', ['rtt'])).toBe(
      '# mine\ntheme = "default"\n[columns]\n# wide\nflows = ["rtt"]\n\n[keys]\nquit = ["Q"]',
    );
    expect(withColumns('theme = "default"', 'flows', ['rtt'])).toBe(
      'theme = "default"\n\n[columns]\nflows = ["rtt"]',
    );
    expect(withColumns('columns.flows = ["state"]\n', 'flows', ['rtt'])).toBe('columns.flows = ["rtt"]\n');
  });

  it('are refused where they are written in a way that would be lost', () => {
    expect(
      withColumns('columns = { flows = ["state"], packets = ["number"] }\n', 'flows', ['rtt']),
    ).toBeNull();
  });
});
