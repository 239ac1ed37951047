/** One line of text being typed. */
import { graphemes } from '../text/width.ts';
import type { Prompt } from './model.ts';

export function openPrompt(kind: Prompt['kind'], text: string): Prompt {
  return { kind, text, cursor: text.length, before: text, back: 0 };
}

/** The prompt after a key; undefined when the key is not one of its keys. */
export function typeKey(prompt: Prompt, key: string): Prompt | undefined {
  const { text, cursor } = prompt;
  const left = graphemes(text.slice(0, cursor));
  const right = text.slice(cursor);
  switch (key) {
    case 'left':
      return { ...prompt, cursor: cursor - (left.at(-1)?.length ?? 0) };
    case 'right':
      return { ...prompt, cursor: cursor + (graphemes(right)[0]?.length ?? 0) };
    case 'home':
    case 'ctrl-a':
      return { ...prompt, cursor: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...prompt, cursor: text.length };
    case 'backspace':
      return withText(prompt, left.slice(0, -1).join(''), right);
    case 'delete':
      return withText(prompt, left.join(''), graphemes(right).slice(1).join(''));
    case 'ctrl-u':
      return withText(prompt, '', right);
    case 'ctrl-k':
      return withText(prompt, left.join(''), '');
    case 'ctrl-w':
      return withText(prompt, left.join('').replace(/\S*\s*$/, ''), right);
    case 'space':
      return withText(prompt, `${left.join('')} `, right);
    default:
      return isText(key) ? withText(prompt, left.join('') + key, right) : undefined;
  }
}

/** Pasted text goes in as one line. */
export function typeText(prompt: Prompt, pasted: string): Prompt {
  const line = pasted.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return withText(prompt, prompt.text.slice(0, prompt.cursor) + line, prompt.text.slice(prompt.cursor));
}

function withText(prompt: Prompt, left: string, right: string): Prompt {
  return { ...prompt, text: left + right, cursor: left.length, back: 0 };
}

function isText(key: string): boolean {
  return graphemes(key).length === 1 && key >= ' ';
}
