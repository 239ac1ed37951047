import { describe, expect, it } from 'vitest';
import { commandHelp, commandHints, completeCommand, parseCommand } from '../../src/tui/commands.ts';
import { helpLines } from '../../src/tui/components/help.tsx';
import { completeFilter, readFilter } from '../../src/tui/filter.ts';
import { createKeymap, keymap, type ViewName, viewNames } from '../../src/tui/keymap.ts';
import { textOf } from '../../src/tui/text/line.ts';

const keys = createKeymap();

describe('the table of keys', () => {
  it('gives no key two meanings', () => {
    const all = keymap.flatMap((binding) => binding.keys);
    expect(all).toEqual([...new Set(all)]);
  });

  it.each<ViewName>([...viewNames, 'diagnose'])('is the help of %s', async (view) => {
    const text = helpLines(view, keys, 76).map(textOf).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(`screens/help-${view}.txt`);
    for (const binding of keys.bindingsOf(view))
      for (const key of binding.keys) expect(keys.actionOf(key, view)).toBe(binding.action);
  });
});

describe('the command line', () => {
  it('takes beginnings of commands where they are clear', () => {
    expect(parseCommand('to')).toEqual({ kind: 'view', view: 'topology' });
    expect(parseCommand(' 42 ')).toEqual({ kind: 'packet', number: 42 });
    expect(parseCommand('filter tcp.port == 80')).toEqual({ kind: 'filter', text: 'tcp.port == 80' });
    expect(parseCommand('f')).toEqual({ kind: 'unknown', text: 'f' });
    expect(parseCommand('col')).toEqual({ kind: 'action', action: 'columns' });
    expect(parseCommand('theme color-blind')).toEqual({ kind: 'theme', palette: 'color-blind' });
    expect(parseCommand('th')).toEqual({ kind: 'theme', palette: null });
    expect(parseCommand('theme neon')).toEqual({ kind: 'unknown', text: 'theme neon' });
    expect(parseCommand('marks')).toEqual({ kind: 'action', action: 'to-mark' });
    expect(commandHints('fi')).toEqual(['filter TEXT: show rows that match']);
    expect(commandHints('write x.txt')).toEqual(['write FILE: what is shown, as text']);
    expect(parseCommand('')).toEqual({ kind: 'unknown', text: '' });
  });

  it('completes as far as it is clear', () => {
    expect(completeCommand('to')).toBe('topology ');
    expect(completeCommand('theme c')).toBe('theme color-blind ');
    expect(completeCommand('f')).toBe('f');
    expect(completeCommand('xyz')).toBe('xyz');
    for (const { name } of commandHelp) expect(completeCommand(name)).toBe(`${name} `);
  });
});

describe('what is typed after /', () => {
  it('is a display filter where it reads as one, else words', () => {
    expect(readFilter('tcp.port == 80').kind).toBe('display');
    expect(readFilter('dns').kind).toBe('display');
    expect(readFilter('web 8080').kind).toBe('words');
    expect(readFilter('172.17.0.2').kind).toBe('words');
    expect(readFilter('host.docker.internal').kind).toBe('words');
    expect(readFilter('  ').kind).toBe('none');
  });

  it('that is clearly meant as a display filter and is none names the word at fault', () => {
    const read = readFilter('tcp and ip.srcc == 10.0.0.1');
    expect(read).toMatchObject({ kind: 'problem', problem: { from: 8, to: 15 } });
  });

  it('is completed with Tab', () => {
    expect(completeFilter('tcp.srcp', 8)).toEqual({ text: 'tcp.srcport ', cursor: 12 });
    expect(completeFilter('tcp.srcport == 80 an', 20).text).toContain('an');
  });
});
