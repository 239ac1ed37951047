/** `-m comment`: always matches (xt_comment.c). */
import { defineMatch, refuse } from '../extension.ts';
import { argument, find, quote } from '../values.ts';

/** XT_MAX_COMMENT_LEN counts the final NUL. */
const maximumBytes = 255;

export const comment = defineMatch<string>({
  name: 'comment',
  options: [{ name: 'comment', values: 1 }],
  parse(options) {
    const use = find(options, 'comment') ?? refuse('-m comment needs --comment');
    const text = argument(use);
    if (Buffer.byteLength(text) > maximumBytes) refuse(`a comment has at most ${maximumBytes} bytes`);
    return text;
  },
  print: (text) => `--comment ${quote(text)}`,
  evaluate: () => true,
  explain: () => '',
});
