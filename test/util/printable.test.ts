import { describe, expect, it } from 'vitest';
import { printable } from '../../src/util/printable.ts';

describe('untrusted text', () => {
  it('loses every character that a terminal would act on, and nothing else', () => {
    expect(printable('\u001b[2Jweb\u0007\n\u009b31m')).toBe('\\x1b[2Jweb\\x07\\x0a\\x9b31m');
    expect(printable('abc\u202egnp.exe')).toBe('abc\\u{202e}gnp.exe');
    expect(printable('größe 東京 🐳 é')).toBe('größe 東京 🐳 é');
  });
});
