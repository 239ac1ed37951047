import { describe, expect, it } from 'vitest';
import { createDecoder, type InputEvent } from '../../src/tui/input/decode.ts';

function keys(...chunks: string[]): string[] {
  const decoder = createDecoder();
  const events = chunks.flatMap((chunk) => [...decoder.push(chunk)]);
  return [...events, ...decoder.flush()].map(nameOf);
}

function nameOf(event: InputEvent): string {
  switch (event.kind) {
    case 'key':
      return event.key;
    case 'paste':
      return `paste ${JSON.stringify(event.text)}`;
    case 'mouse':
      return `${event.action} ${event.column},${event.row}`;
  }
}

describe('keys of a terminal', () => {
  it('are characters, control characters and sequences', () => {
    expect(keys('gG?日🐳')).toEqual(['g', 'G', '?', '日', '🐳']);
    expect(keys('\r\t\u007f \u0003\u0004\u001a')).toEqual(
      'enter tab backspace space ctrl-c ctrl-d ctrl-z'.split(' '),
    );
    expect(keys('\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[Z\u001b[1;5C\u001b[H\u001b[4~\u001bOP')).toEqual(
      'up down page-up page-down shift-tab ctrl-right home end f1'.split(' '),
    );
  });

  it('may come in pieces', () => {
    expect(keys('\u001b', '[', '1;', '5', 'D')).toEqual(['ctrl-left']);
    expect(keys('\u001b[<0;1', '2;5M')).toEqual(['press 11,4']);
  });

  it('are Escape when nothing follows it', () => {
    const decoder = createDecoder();
    expect(decoder.push('\u001b')).toEqual([]);
    expect(decoder.waiting).toBe(true);
    expect(decoder.flush()).toEqual([{ kind: 'key', key: 'escape' }]);
    expect(decoder.waiting).toBe(false);
    expect(keys('\u001bj')).toEqual(['escape', 'j']);
  });

  it('leave out what no table knows', () => {
    expect(keys('\u001b[99~\u001b[?1;2cx')).toEqual(['x']);
  });
});

describe('pasted text', () => {
  it('is text, whatever it contains', () => {
    expect(keys('\u001b[200~q\r\u001b[Aq\u001b[201~j')).toEqual(['paste "q\\r\\u001b[Aq"', 'j']);
    expect(keys('\u001b[200~ab', 'c\u001b[20', '1~')).toEqual(['paste "abc"']);
  });

  it('ends at a limit when its end never comes', () => {
    const decoder = createDecoder();
    expect(decoder.push(`\u001b[200~${'x'.repeat(70_000)}`)).toHaveLength(1);
    expect(decoder.push('j')).toEqual([{ kind: 'key', key: 'j' }]);
  });
});

it('the mouse tells presses, releases and the wheel, with cells from 0', () => {
  expect(keys('\u001b[<0;1;1M\u001b[<0;1;1m\u001b[<64;3;4M\u001b[<65;3;4M')).toEqual([
    'press 0,0',
    'release 0,0',
    'wheel-up 2,3',
    'wheel-down 2,3',
  ]);
  expect(keys('\u001b[<35;5;5M\u001b[<0;1M')).toEqual([]);
});
